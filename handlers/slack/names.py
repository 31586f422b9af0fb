"""Names of people and channels for commands that run beside the bot."""

from collections.abc import Awaitable, Callable

from bot.domain.errors import SlackUnavailable
from bot.domain.ids import ChannelRef
from bot.settings import Settings
from handlers.slack.clients import Clients
from handlers.slack.diagnostics import slack_client
from handlers.slack.directory import SlackDirectory


async def open_names(settings: Settings) -> Callable[[ChannelRef, str], Awaitable[str]] | None:
    """Return a lookup of the name of a person, or of the channel itself; None without a workspace that answers."""
    settings.scrub_proxy_env()
    tokens = [token.get_secret_value() for token in settings.slack_bot_tokens]
    try:
        clients = await Clients.open([slack_client(settings, token) for token in tokens])
    except SlackUnavailable:
        return None
    directory = SlackDirectory(clients, cached=3_600)

    async def name_of(place: ChannelRef, id_: str) -> str:
        if id_ == place.channel:
            return await directory.channel_name(place)
        try:
            return (await directory.get_user(place.team, id_)).name
        except SlackUnavailable:
            return ""

    return name_of if clients.teams else None
