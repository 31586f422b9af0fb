"""The practice Gemini API."""
