"""Erasing people and characters from all tables and from the portraits store."""
