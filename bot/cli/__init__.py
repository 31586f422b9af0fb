"""Commands that run without Slack."""
