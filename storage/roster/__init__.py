"""Characters, aliases, faces and search."""
