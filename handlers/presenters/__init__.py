"""Slack output of several steps, shared by features."""
