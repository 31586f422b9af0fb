"""The practice workspace: Slack and the image models on loopback, and a page to see them."""
