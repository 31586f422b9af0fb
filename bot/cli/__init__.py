"""Commands that run without Slack events."""
