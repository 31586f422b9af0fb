"""Deletes the bot's own messages."""

import structlog

from bot.domain.ids import ChannelRef
from bot.domain.service_errors import SlackRejected
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients

log = structlog.get_logger()

# docs.slack.dev, errors of "chat.delete". A bot may delete only what it posted.
_GONE_CODES = frozenset({"message_not_found"})


class SlackMessageDeletion:
    """Implementation of the port SlackMessages."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def delete(self, place: ChannelRef, ts: str) -> bool:
        try:
            with slack_call("chat.delete"):
                await (await self._clients.for_team(place.team)).chat_delete(channel=place.channel, ts=ts)
        except SlackRejected as error:
            if error.code in _GONE_CODES:
                return True
            log.warning("message_not_deleted", channel=place.channel, error=error.code)
            return False
        return True
