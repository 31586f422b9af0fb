"""Multi-step Slack output shared by several features."""
