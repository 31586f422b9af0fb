"""The practice workspace: local stand-ins for Slack and the image models, and a page to use them."""
