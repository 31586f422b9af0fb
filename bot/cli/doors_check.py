"""What doctor says about the doors for agents."""

from collections.abc import Sequence

from bot.domain.service_errors import StorageUnavailable
from bot.settings import Settings
from storage import open_existing_storage


async def doors_lines(settings: Settings) -> Sequence[str]:
    """Return a line with the doors' address and the number of live access tokens; none while the doors are off."""
    if not settings.doors_address:
        return ()
    try:
        async with open_existing_storage(settings) as storage:
            count = await storage.door_tokens.count_live(settings.now())
    except StorageUnavailable:
        return ()  # the lines of the storage say what is wrong
    tokens = "1 live access token" if count == 1 else f"{count} live access tokens"
    return (f"ok      doors: REST and MCP for agents at {settings.doors_address}, {tokens}",)
