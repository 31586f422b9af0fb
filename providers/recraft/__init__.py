"""Recraft: client and response types."""
