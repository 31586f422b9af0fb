"""Events to the bot: Socket Mode, HTTP, retries."""
