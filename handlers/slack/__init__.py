"""The Slack adapter: payloads in, API calls out, fallbacks, redraw scheduling."""
