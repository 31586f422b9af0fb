"""Bolt listeners, one file per user-visible feature."""
