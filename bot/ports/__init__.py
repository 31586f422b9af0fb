"""Protocols that the use cases need, one file per collaborator."""
