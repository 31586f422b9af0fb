"""What is told in a workspace the bot has no token for."""

UNKNOWN = (
    "I am not set up for this workspace, so nothing happened. "
    "Whoever runs Castroom can add its bot token to SLACK_BOT_TOKEN."
)
