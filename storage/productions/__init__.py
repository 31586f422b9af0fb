"""Productions, their channels and settings."""
