"""Reminders: to each named voter alone, in their own working hours; else one line in the round's thread."""

import structlog

from bot.errors import NotTaken, Unreachable
from bot.hours import at_work, reminder_at
from bot.ports import Clock, Messenger, People, Reader, Rounds, Stage
from bot.round import Round

log = structlog.get_logger()

# Under this name it is kept that a thread was told that every vote is in.
_EVERYBODY = ""


class Reminding:
    """Asked every few seconds for what is due; each reminder is written down before it is sent.

    A Slack that is silent is tried again at the next tick; one that refuses for good not before a restart.
    """

    def __init__(self, rounds: Rounds, stage: Stage, people: People, messenger: Messenger, now: Clock) -> None:
        self._rounds = rounds
        self._stage = stage
        self._people = people
        self._messenger = messenger
        self._now = now
        self._refused: set[Reader] = set()

    async def remind(self) -> None:
        """Whoever is due; and the threads of rounds near their close in which somebody cannot be written to."""
        for round_ in await self._rounds.awaiting(self._now()):
            await self._remind(round_)
        for round_id in await self._rounds.remindable(self._now()):
            round_ = await self._rounds.get(round_id)
            if not round_.brief.voters or await self._unreached(round_):
                await self._say(round_id)

    async def gone(self, round_: Round) -> frozenset[str]:
        """The named voters whose accounts are closed; one nobody can tell of counts as there."""
        return frozenset([person for person in round_.brief.voters if await self._has_left(round_, person)])

    async def _say(self, round_id: str) -> None:
        try:
            await self._stage.remark(round_id, "reminder")
        except Unreachable as error:
            log.warning("thread_not_reminded", round=round_id, what=error.what)
            await self._rounds.remind_again(round_id, self._now())

    async def _remind(self, round_: Round) -> None:
        awaited, complete = await self._awaited(round_)
        if complete:
            await self._tell_complete(round_)
        for person in sorted(awaited - await self._rounds.reminded(round_.id, round_.leg)):
            await self._write_to(round_, person)

    async def _tell_complete(self, round_: Round) -> None:
        if not await self._rounds.take_reminder(round_.id, _EVERYBODY, round_.leg, self._now()):
            return
        try:
            await self._stage.remark(round_.id, "all_in")
        except Unreachable as error:
            log.warning("not_told_complete", round=round_.id, what=error.what)
            await self._rounds.give_back_reminder(round_.id, _EVERYBODY, round_.leg)
            return
        self._stage.refresh(round_.id)

    async def _write_to(self, round_: Round, person: str) -> None:
        reader = Reader(round_.place.team, person)
        if reader in self._refused or not await self._is_due(round_, person):
            return
        if not await self._rounds.take_reminder(round_.id, person, round_.leg, self._now()):
            return
        try:
            await self._messenger.remind(reader, round_)
        except Unreachable as error:
            log.warning("not_reminded", round=round_.id, what=error.what)
            if isinstance(error, NotTaken):
                self._refused.add(reader)
            await self._rounds.give_back_reminder(round_.id, person, round_.leg)

    async def _is_due(self, round_: Round, person: str) -> bool:
        """Their moment may have passed while the bot was off: then it comes when they are at work again, or not."""
        try:
            zone = (await self._people.who(round_.place.team, person)).zone
        except Unreachable:
            return False
        now = self._now()
        at = reminder_at(round_.voting_since or round_.opened_at, round_.closes_at or now, zone)
        return at is not None and at <= now and at_work(now, zone)

    async def _unreached(self, round_: Round) -> bool:
        """Whether somebody whose vote is missing was not written to."""
        awaited, _ = await self._awaited(round_)
        return bool(awaited - await self._rounds.reminded(round_.id, round_.leg))

    async def _awaited(self, round_: Round) -> tuple[frozenset[str], bool]:
        """Whose votes are missing, and whether all of them are in."""
        voted = round_.have_voted(await self._rounds.marks(round_.id), await self._rounds.papers(round_.id))
        turnout = round_.turnout(voted, await self.gone(round_))
        return (turnout.awaited, turnout.complete) if turnout else (frozenset(), False)

    async def _has_left(self, round_: Round, person: str) -> bool:
        try:
            return (await self._people.who(round_.place.team, person)).gone
        except Unreachable:
            return False
