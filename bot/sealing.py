"""Papers: a sealed ballot's, which everybody may change until the close, and the one choice each has in a run-off."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ballot import Leg, Paper, Tell, order_for
from bot.errors import RoundClosed
from bot.ports import Clock, Rounds, Stage
from bot.round import Round, State
from bot.slot import Slot


@dataclass(frozen=True)
class Answered:
    """A paper as it was filled in, by slot id; `none` says that no candidate will do."""

    human: frozenset[str]
    likeness: frozenset[str]
    tells: Mapping[str, tuple[Tell, ...]]
    none: bool

    @property
    def unclear(self) -> str:
        """`empty`: nothing is said at all; `contradiction`: none will do, and one does; else empty text."""
        if self.none:
            return "contradiction" if self.human & self.likeness else ""
        return "" if self.human or self.likeness else "empty"


@dataclass(frozen=True)
class Sheet:
    """What one person fills in: the candidates in their own order, and their paper so far."""

    round: Round
    order: tuple[Slot, ...]
    paper: Paper | None


class Sealing:
    """Hands out papers and takes them in."""

    def __init__(self, rounds: Rounds, stage: Stage, now: Clock) -> None:
        self._rounds = rounds
        self._stage = stage
        self._now = now

    async def sheet(self, round_id: str, person: str) -> Sheet:
        """The person's paper to fill in; raises RoundClosed once the vote is over."""
        round_ = await self._rounds.get(round_id)
        _must_be_open(round_)
        round_.must_vote(person)
        order = order_for((s.id for s in round_.candidates), round_.order_seed, person)
        mine = [p for p in await self._rounds.papers(round_id) if p.person == person and p.leg is Leg.FIRST]
        return Sheet(round_, tuple(round_.candidate(slot_id) for slot_id in order), next(iter(mine), None))

    async def put_in(self, round_id: str, person: str, answered: Answered) -> Round:
        """Keep the person's paper in place of an earlier one; raises RoundClosed once the vote is over."""
        round_ = await self._rounds.get(round_id)
        _must_be_open(round_)
        round_.must_vote(person)
        known = frozenset(round_.slot_of.values())
        tells = {slot_id: told for slot_id, told in answered.tells.items() if slot_id in known and told}
        human, likeness = answered.human & known, answered.likeness & known
        stamp = int(self._now().timestamp() * 1_000_000)
        await self._rounds.put_in(Paper(round_id, person, Leg.FIRST, human, likeness, tells, stamp))
        round_ = await self._rounds.get(round_id)
        _must_be_open(round_)
        self._stage.refresh(round_id)
        return round_

    async def choose(self, slot_id: str, person: str) -> tuple[Round, int]:
        """The person's one choice in a run-off, in place of an earlier one: the round and the candidate's number.

        Raises RoundClosed once it is over or where no run-off is held, KeyError for a candidate it is not between.
        """
        round_ = await self._rounds.by_slot(slot_id)
        _must_run_off(round_)
        round_.must_vote(person)
        number = next((n for n, slot in round_.on_ballot.items() if slot == slot_id), None)
        if number is None:
            raise KeyError(slot_id)
        choice = frozenset({slot_id})
        stamp = int(self._now().timestamp() * 1_000_000)
        await self._rounds.put_in(Paper(round_.id, person, Leg.RUN_OFF, choice, choice, {}, stamp))
        round_ = await self._rounds.get(round_.id)
        _must_run_off(round_)
        self._stage.refresh(round_.id)
        return round_, number


def _must_run_off(round_: Round) -> None:
    round_.must_be(State.VOTING, what="vote")
    if not round_.run_off:
        raise RoundClosed("vote", "no_run_off", round_.character)


def _must_be_open(round_: Round) -> None:
    round_.must_be(State.VOTING, what="vote")
    if not round_.sealed or round_.run_off:
        raise RoundClosed("vote", "quick", round_.character)
