"""The object store of portraits and its index."""
