"""The vote: marks come in by reaction and by click, and the close freezes the tally."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import logs
from bot.ballot import Mark, RunOff, Tally, Way, corrections
from bot.deed import Deed
from bot.errors import MessageGone, OutcomeChanged, RoundClosed, Unreachable
from bot.face import Place
from bot.permits import Permits
from bot.ports import Chronicle, Clock, Errands, Rounds, Stage
from bot.round import Round, State

_EXTENSION = timedelta(days=1)
_GRACE = timedelta(minutes=10)
_TRIES = 10


@dataclass(frozen=True)
class Clicked:
    """What a click did; `still_reacts` when the person's own reaction still counts for a vote taken back by click."""

    number: int
    on: bool
    still_reacts: bool
    character: str
    changed: bool


class Voting:
    """Keeps marks and closes ballots. Where votes are sealed, nobody's press or reaction is one."""

    def __init__(
        self, rounds: Rounds, stage: Stage, errands: Errands, now: Clock, chronicle: Chronicle, permits: Permits
    ) -> None:
        self._rounds = rounds
        self._stage = stage
        self._errands = errands
        self._now = now
        self._chronicle = chronicle
        self._permits = permits

    async def react(
        self, place: Place, message_ts: str, number: int, person: str, on: bool, stamp: int
    ) -> Round | None:
        """A number reaction on a message; ignored unless it is a round's own, voting, with such a candidate.

        The round is returned when the reaction is this person's first that does not count, and they should be told.
        """
        round_ = await self._rounds.by_message(place, message_ts)
        if round_ is None or round_.state is not State.VOTING or number not in round_.slot_of or round_.run_off:
            return None
        logs.about(round_.id)
        counts = round_.reacted_to and round_.may_vote(person)
        mark = Mark(round_.id, person, round_.slot_of[number], Way.REACTION, on and counts, stamp)
        if not counts:
            known = any(m.person == person for m in await self._rounds.marks(round_.id))
            await self._rounds.mark(mark)
            return round_ if on and not known else None
        if await self._rounds.mark(mark):
            self._stage.refresh(round_.id)
        return None

    async def click(self, slot_id: str, person: str, stamp: int) -> Clicked:
        """A press on a number: sets the person's button mark or takes it back; raises RoundClosed, NotAVoter."""
        round_ = await self._rounds.by_slot(slot_id)
        round_.must_be(State.VOTING, what="vote")
        if not round_.reacted_to:
            raise RoundClosed("vote", "run_off" if round_.run_off else "sealed", round_.character)
        round_.must_vote(person)
        number = round_.candidate(slot_id).number or 0
        on = await self._rounds.toggle(round_.id, slot_id, person, stamp)
        if on is not None:
            self._stage.refresh(round_.id)
        if on:
            return Clicked(number, True, False, round_.character, changed=True)
        mine = [m for m in await self._rounds.marks(round_.id) if m.person == person and m.slot_id == slot_id and m.on]
        reacts = any(m.way is Way.REACTION for m in mine)
        pressed = any(m.way is Way.BUTTON for m in mine)
        return Clicked(number, pressed, reacts and not pressed, round_.character, changed=on is not None)

    async def close(self, round_id: str, person: str) -> Round:
        """Close the ballot at the lead's press; raises Unreachable when the reactions cannot be read back."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "close")
        round_.must_be(State.VOTING, what="close")
        closed = await self.freeze(round_id)
        await self._done("closed", round_, person)
        await self._stage.show(round_id)
        await self._errands.start("close", round_id)
        return closed

    async def extend(self, round_id: str, person: str) -> Round:
        """One more day for a closed ballot; the votes stand."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "extend")
        if not await self._rounds.extend(round_id, self._now() + _EXTENSION):
            raise RoundClosed("extend", round_.state, round_.character)
        return await self._extended(round_, person)

    async def prolong(self, round_id: str, seen: datetime, person: str) -> Round:
        """One more day for an open ballot, from its deadline on; pressed twice with the deadline `seen` it is one."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "extend")
        round_.must_be(State.VOTING, what="extend")
        if not await self._rounds.extend(round_id, seen + _EXTENSION, seen):
            return await self._rounds.get(round_id)
        return await self._extended(round_, person)

    async def run_off(self, round_id: str, person: str) -> Round:
        """A second ballot between those that were too close to call, for as long as the first, at most a day."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "run_off")
        closes_at = self._now() + min(round_.brief.open_for, _EXTENSION)
        if not round_.close_call or round_.tally is None:
            raise RoundClosed("run_off", round_.state, round_.character)
        if not await self._rounds.run_off(round_id, RunOff(round_.close_call, round_.tally), closes_at):
            raise RoundClosed("run_off", State.VOTING, round_.character)
        await self._done("run_off", round_, person)
        await self._stage.show(round_id)
        return await self._rounds.get(round_id)

    async def drop(self, round_id: str, person: str) -> None:
        """Give a round up; its portraits and votes are kept."""
        round_ = await self._rounds.get(round_id)
        await self._permits.lead(round_, person, "drop")
        if not await self._rounds.void(round_id, "dropped"):
            raise RoundClosed("drop", round_.state, round_.character)
        await self._done("dropped", round_, person)
        await self._stage.show(round_id)

    async def take_over(self, round_id: str, person: str) -> Round:
        """Lead a round whose lead has left the workspace; the first press counts. Raises Barred, NotYours."""
        round_ = await self._rounds.get(round_id)
        await self._permits.start(round_.place, person)
        if not await self._permits.has_left(round_.place, round_.lead):
            round_.for_lead(person, "take_over")
            return round_
        if await self._rounds.take_over(round_id, round_.lead, person):
            await self._done("took_over", round_, person)
            await self._stage.show(round_id)
        return await self._rounds.get(round_id)

    async def start_due(self) -> None:
        """Start the close of every ballot whose deadline has passed, also while the bot was off."""
        for round_id in await self._rounds.due(self._now()):
            await self._errands.start("close", round_id)

    async def close_due(self, round_id: str) -> None:
        """Close a ballot whose deadline has passed; while Slack is silent, wait for it up to ten minutes."""
        round_ = await self._rounds.get(round_id)
        if round_.state is State.VOTING and _passed(round_, self._now()):
            try:
                await self.freeze(round_id, due=True)
            except Unreachable:
                if self._now() < (round_.closes_at or self._now()) + _GRACE:
                    raise
                await self.freeze(round_id, due=True, read_back=False)
        await self._stage.show(round_id)

    async def freeze(
        self, round_id: str, *, seen: str | None = None, lock: bool = False, due: bool = False, read_back: bool = True
    ) -> Round:
        """voting -> closed at one version of the ballot, reactions read back first; the round as it then stands.

        With `lock`, the sole leader must be the candidate the lead saw (`seen`, a slot id; None: a tie), else the
        ballot stays open and OutcomeChanged tells the tally; with `due`, it stays open too where the deadline has moved
        on meanwhile. Raises Unreachable when the reactions cannot be read.
        """
        for _ in range(_TRIES):
            if read_back and (await self._rounds.get(round_id)).reacted_to:
                await self._read_back(round_id)
            round_ = await self._rounds.get(round_id)
            if round_.state is not State.VOTING or (due and not _passed(round_, self._now())):
                return round_
            tally = round_.count(await self._rounds.marks(round_id), await self._rounds.papers(round_id))
            if lock:
                _as_seen(round_, tally, seen)
            if await self._rounds.close(round_id, tally, round_.ballot_version):
                return await self._rounds.get(round_id)
        raise Unreachable("a quiet moment of the ballot")

    async def _extended(self, round_: Round, person: str) -> Round:
        await self._done("extended", round_, person)
        await self._stage.show(round_.id)
        return await self._rounds.get(round_.id)

    async def _done(self, what: str, round_: Round, person: str) -> None:
        await self._chronicle.write(Deed(what, round_.place, person, self._now(), round_.character_id, round_.id))

    async def _read_back(self, round_id: str) -> None:
        """Make the reaction marks agree with what the message shows, outside any transaction.

        A message that was deleted shows nothing to read: the marks stand as they came.
        """
        try:
            shown = await self._stage.reactions(round_id)
        except MessageGone:
            return
        round_ = await self._rounds.get(round_id)
        stamp = int(self._now().timestamp() * 1_000_000)
        marks = await self._rounds.marks(round_id)
        shown = [replace(r, people=frozenset(filter(round_.may_vote, r.people))) for r in shown]
        for mark in corrections(marks, shown, round_.slot_of, round_id, stamp):
            if await self._rounds.mark(mark):
                self._stage.refresh(round_id)


def _as_seen(round_: Round, tally: Tally, seen: str | None) -> None:
    winner = round_.leader(tally)
    leader = round_.slot_of[winner] if winner else None
    if leader != seen:
        number = next((n for n, slot in round_.slot_of.items() if slot == seen), None)
        raise OutcomeChanged(number, dict(tally.votes))


def _passed(round_: Round, now: datetime) -> bool:
    return round_.closes_at is not None and round_.closes_at <= now
