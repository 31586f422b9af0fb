"""Rounds whose conversation is closed to us for a while: archived, or we were taken out of it."""

import time
from collections.abc import Callable

import structlog

from bot.errors import PlaceClosed, Unreachable
from bot.face import Place
from bot.round import Round
from handlers.asking import asking
from handlers.clients import Clients

log = structlog.get_logger()

_LOOK_EVERY = 10.0


class Away:
    """Remembers them, and now and then asks Slack whether their conversation is open again.

    In memory alone: after a start every message is drawn once, and what cannot be is found again.
    """

    def __init__(self, clients: Clients, now: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._now = now
        self._rounds: dict[str, Place] = {}
        self._looked = 0.0

    def note(self, round_: Round, error: PlaceClosed) -> None:
        """The round's message cannot be changed."""
        log.warning("place_closed", round=round_.id, why=error.why)
        self._rounds[round_.id] = round_.place

    async def back(self) -> list[str]:
        """The rounds whose conversation is open again; each conversation is asked about every ten seconds at most."""
        if not self._rounds or self._now() < self._looked + _LOOK_EVERY:
            return []
        self._looked = self._now()
        places = {place for place in set(self._rounds.values()) if await self._is_open(place)}
        found = [round_id for round_id, place in self._rounds.items() if place in places]
        for round_id in found:
            del self._rounds[round_id]
        return found

    async def _is_open(self, place: Place) -> bool:
        try:
            with asking("conversations.info"):
                channel = (await self._clients.of(place.team).conversations_info(channel=place.channel))["channel"]
        except Unreachable:
            return False
        return not channel.get("is_archived") and bool(channel.get("is_member") or channel.get("is_im"))
