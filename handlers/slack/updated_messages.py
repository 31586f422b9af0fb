"""Messages that are updated when what they show changes, until someone deletes them."""

from hashlib import sha256

from slack_sdk.errors import SlackApiError

from bot.domain.ids import ChannelRef
from handlers.slack.api_errors import error_code
from handlers.slack.clients import Clients
from handlers.slack.fallback import send_view
from handlers.views.builder import View

_MISSING_CODES = frozenset({"message_not_found", "cant_update_message"})


def digest_of(shown: View) -> str:
    """Return a hash of the blocks, to tell whether a message shows them already."""
    return sha256(repr(shown.blocks).encode()).hexdigest()


async def update_if_present(clients: Clients, place: ChannelRef, message_ts: str, shown: View) -> bool:
    """Update a message; return False if someone deleted it. Raises what slack_sdk raises."""
    client = await clients.for_team(place.team)

    async def update(sent: View) -> None:
        await client.chat_update(channel=place.channel, ts=message_ts, text=sent.text, blocks=sent.blocks)

    try:
        await send_view(update, shown)
    except SlackApiError as error:
        if error_code(error) not in _MISSING_CODES:
            raise
        return False
    return True
