"""Rounds whose conversation is closed to us for a while: archived, or we were taken out of it."""

import time
from collections.abc import Callable

import structlog

from bot.errors import ChannelClosed, SlackUnavailable
from bot.face import ChannelRef
from bot.round import Round
from handlers.asking import slack_call
from handlers.clients import Clients

log = structlog.get_logger()

_CHECK_INTERVAL_SECONDS = 10.0


class ClosedChannels:
    """Remembers them, and now and then asks Slack whether their conversation is open again.

    In memory alone: after a start every message is drawn once, and what cannot be is found again.
    """

    def __init__(self, clients: Clients, now: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._now = now
        self._rounds: dict[str, ChannelRef] = {}
        self._checked_at = 0.0

    def add(self, round_: Round, error: ChannelClosed) -> None:
        """The round's message cannot be changed."""
        log.warning("channel_closed", round=round_.id, why=error.code)
        self._rounds[round_.id] = round_.place

    async def pop_reopened(self) -> list[str]:
        """The rounds whose conversation is open again; each conversation is asked about every ten seconds at most."""
        if not self._rounds or self._now() < self._checked_at + _CHECK_INTERVAL_SECONDS:
            return []
        self._checked_at = self._now()
        open_places = {place for place in set(self._rounds.values()) if await self._is_open(place)}
        reopened = [round_id for round_id, place in self._rounds.items() if place in open_places]
        for round_id in reopened:
            del self._rounds[round_id]
        return reopened

    async def _is_open(self, place: ChannelRef) -> bool:
        try:
            with slack_call("conversations.info"):
                channel = (await self._clients.for_team(place.team).conversations_info(channel=place.channel))[
                    "channel"
                ]
        except SlackUnavailable:
            return False
        return not channel.get("is_archived") and bool(channel.get("is_member") or channel.get("is_im"))
