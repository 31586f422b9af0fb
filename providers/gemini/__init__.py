"""Google Gemini: client and response types."""
