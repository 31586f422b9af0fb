"""What doctor says about the doors for agents."""

from collections.abc import Sequence

from bot.domain.service_errors import StorageUnavailable
from bot.settings import Settings
from storage import open_existing_storage


async def doors_lines(settings: Settings) -> Sequence[str]:
    """Return a line with the doors' address and the number of valid access tokens; none while the doors are off."""
    if not settings.doors_address:
        return ()
    try:
        async with open_existing_storage(settings) as storage:
            count = await storage.door_tokens.count_valid(settings.now())
    except StorageUnavailable:
        return ()  # the lines of the storage say what is wrong
    tokens = "1 valid access token" if count == 1 else f"{count} valid access tokens"
    return (f"ok      doors: REST and MCP for agents at {settings.doors_address}, {tokens}",)
