"""OpenAI: client, sizes and what its answers mean."""
