"""The practice OpenAI API."""
