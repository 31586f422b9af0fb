"""Scenarios: scripted people use the page, and each step is a screenshot for the documents."""
