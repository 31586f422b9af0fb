"""The round's message: posted, posted anew when somebody deleted it, or the round called off when Slack refuses it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog

from bot.errors import MessageGone, NotTaken, Unreachable
from bot.ports import Errands, Rounds, Stage
from bot.round import OPEN, REFUSED, Round, State
from bot.waits import Waits

R = TypeVar("R")
log = structlog.get_logger()


async def insist(ask: Callable[[], Awaitable[R]], waits: Sequence[float]) -> R:
    """What Slack refuses is asked again after each of the waits (seconds) before it is believed; raises NotTaken, and
    MessageGone at once."""
    for wait in waits:
        try:
            return await ask()
        except MessageGone:
            raise
        except NotTaken:
            await asyncio.sleep(wait)
    return await ask()


class Posting:
    """Sees that an open round has a message. May run again at any time."""

    def __init__(self, rounds: Rounds, stage: Stage, errands: Errands, waits: Waits) -> None:
        self._rounds = rounds
        self._stage = stage
        self._errands = errands
        self._waits = waits

    async def post(self, round_id: str) -> None:
        """Post the round's message if it has none; raises Unreachable."""
        round_ = await self._rounds.get(round_id)
        if round_.state in OPEN:
            await self._or_call_off(round_, partial(self._stage.post, round_id))
            if round_.parent:
                self._stage.refresh(round_.parent)
            if round_.state is State.DRAWING:
                await self._tell_elsewhere(await self._rounds.get(round_id))
        elif round_.refused:
            await self._stage.tell_lead(round_id, "called_off")

    async def post_again(self, round_id: str) -> None:
        """Post the message of an open round anew if somebody deleted it, with the emoji to tap; raises Unreachable."""
        round_ = await self._rounds.get(round_id)
        if round_.state in OPEN and round_.message_ts:
            posted = await self._or_call_off(round_, partial(self._stage.post_again, round_id))
            if posted and round_.state is State.VOTING:
                await self._stage.seed(round_id, sorted(round_.slot_of))
        elif round_.refused:
            await self._stage.tell_lead(round_id, "called_off")

    async def look_after(self, round_id: str) -> None:
        """Somebody asks for an open round, perhaps because its message is gone: a redraw soon shows whether it is."""
        self._stage.refresh(round_id)

    async def replace_lost(self) -> None:
        """Start posting anew what was found deleted, and draw again what stood still in an archived conversation."""
        for round_id in self._stage.lost():
            await self._errands.start("again", round_id)
        await self._stage.look_again()

    async def _tell_elsewhere(self, round_: Round) -> None:
        """Lead the thread it was asked for in, and a lead who did not start it, to the message; each once."""
        if not round_.message_ts:
            return
        try:
            if round_.asked_in:
                await self._stage.point_there(round_.id)
            if round_.asked_by:
                await self._stage.tell_lead(round_.id, "leads")
        except Unreachable as error:
            log.warning("not_pointed_there", round=round_.id, what=error.what)

    async def _or_call_off(self, round_: Round, ask: Callable[[], Awaitable[R]]) -> R | None:
        """A round that nobody can see any more ends: what is reserved goes back, and its lead is told why."""
        try:
            return await insist(ask, self._waits.refused)
        except NotTaken as error:
            if await self._rounds.void(round_.id, f"{REFUSED}{error.why}"):
                await self._stage.tell_lead(round_.id, "called_off")
            return None
