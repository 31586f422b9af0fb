"""Budgets and the ledger."""
