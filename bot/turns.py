"""Waiting for an account's turn: before anything is written that may mean money, and in sight of everybody."""

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from bot import measures
from bot.errors import RateLimited, Resting
from bot.ports import Clock, Line, Rounds, Stage, Turn
from bot.round import Round, State
from bot.slot import Slot
from bot.waits import Waits

_LONGEST_LINE = 600.0


class Models(Protocol):
    """What is known of the accounts' lines and of models that are left alone."""

    def line(self, model_id: str) -> Line: ...

    def resting_until(self, model_id: str) -> datetime | None: ...


class Turns:
    """Lets slots wait, first come, first served. The wait is no part of a round's patience: see Round.patience_ends."""

    def __init__(self, models: Models, rounds: Rounds, stage: Stage, now: Clock, waits: Waits) -> None:
        self._models = models
        self._rounds = rounds
        self._stage = stage
        self._now = now
        self._waits = waits

    async def take(self, round_: Round, slot: Slot) -> bool:
        """Wait until the slot's model may be asked; False when the round ended meanwhile.

        Raises Resting while the model is left alone, and RateLimited where the line is longer than ten minutes.
        """
        turn = self._models.line(slot.model).enter()
        try:
            with measures.queueing():
                return await self._wait(turn, round_, slot)
        finally:
            turn.leave()

    async def _wait(self, turn: Turn, round_: Round, slot: Slot) -> bool:
        told: datetime | None = None
        while seconds := _left(self._models, turn, slot.model):
            told = await self._tell(round_, slot, told, self._now() + timedelta(seconds=seconds))
            await asyncio.sleep(min(seconds, self._waits.in_line))
            if (await self._rounds.get(round_.id)).state is State.VOID:
                return False
        return True

    async def _tell(self, round_: Round, slot: Slot, told: datetime | None, until: datetime) -> datetime:
        """Show the wait once, and again only when its end moved by seconds."""
        if told and abs((until - told).total_seconds()) < self._waits.in_line:
            return told
        await self._rounds.pause(slot.id, until)
        self._stage.refresh(round_.id)
        return until


async def wait_in_line(models: Models, model_id: str, waits: Waits) -> None:
    """Wait until a model or upscaler may be asked; raises Resting and RateLimited as `Turns.take` does."""
    turn = models.line(model_id).enter()
    try:
        with measures.queueing():
            while seconds := _left(models, turn, model_id):  # noqa: ASYNC110 - time alone brings the turn
                await asyncio.sleep(min(seconds, waits.in_line))
    finally:
        turn.leave()


def _left(models: Models, turn: Turn, model_id: str) -> float:
    """Seconds until it is this one's turn, 0 for now."""
    if until := models.resting_until(model_id):
        raise Resting(model_id, "resting", until=until)
    seconds = turn.wait()
    if seconds > _LONGEST_LINE:
        raise RateLimited(model_id, "long line", retry_after=seconds)
    return seconds
