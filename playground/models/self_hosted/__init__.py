"""The practice API of a self-hosted model server."""
