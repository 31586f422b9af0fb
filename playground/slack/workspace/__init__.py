"""The state of the practice workspace."""
