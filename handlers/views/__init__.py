"""Core values to Block Kit, pure, one file per view."""
