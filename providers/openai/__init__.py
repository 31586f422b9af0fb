"""OpenAI: client and response types."""
