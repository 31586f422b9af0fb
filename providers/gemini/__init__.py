"""Google Gemini: client and what its answers mean."""
