"""Recraft: client and what its answers mean."""
