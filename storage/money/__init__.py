"""Budgets, ledger, pending charges and reports."""
