"""Voting by reaction and by click."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.ballot import BallotStage, BallotSubmission, VoteInput, VoteSource
from bot.domain.errors import RoundClosed
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.ports.storage import StoragePorts
from bot.telemetry import logs
from bot.usecases.ports import UseCase


@dataclass(frozen=True)
class ClickResult:
    """The result of a click; `has_reaction` if the person's reaction still counts for the withdrawn vote.

    `can_tag`: the ballot takes tags of what looks artificial.
    """

    round_id: str
    number: int
    on: bool
    has_reaction: bool
    character: str
    changed: bool
    can_tag: bool = True


@dataclass(frozen=True)
class NoneResult:
    """The result of "none of these"; it does not count while the person votes for `numbers`."""

    round_id: str
    character: str
    numbers: tuple[int, ...]
    changed: bool
    can_tag: bool = True


@dataclass(frozen=True, slots=True)
class Voting(UseCase):
    """Records votes. Sealed ballots and run-offs take no reactions and no clicks."""

    async def react(
        self, place: ChannelRef, message_ts: str, number: int, person: str, on: bool, event_ts_us: int
    ) -> Round | None:
        """Record a number reaction on a round's message; other messages, states and numbers are ignored.

        Returns the round if the person needs a note that reactions do not count: at their first one, and at each one
        in a run-off, where the first ballot's inputs stay as they are.
        """
        round_ = await self.storage.rounds.by_message(place, message_ts)
        if round_ is None or round_.state is not RoundState.VOTING or number not in round_.slot_id_by_number:
            return None
        if round_.run_off:
            return round_ if on else None
        logs.bind_round(round_.id)
        counts = round_.accepts_reactions and round_.can_vote(person)
        vote_input = VoteInput(
            round_.id, person, round_.slot_id_by_number[number], VoteSource.REACTION, on and counts, event_ts_us
        )
        if not counts:
            has_voted_before = any(m.person == person for m in await self.storage.ballots.list_vote_inputs(round_.id))
            await self.storage.ballots.record_vote(vote_input)
            return round_ if on and not has_voted_before else None
        if await self.storage.ballots.record_vote(vote_input):
            self.ports.publisher.schedule_redraw(round_.id)
        return None

    async def click(self, slot_id: str, person: str, event_ts_us: int) -> ClickResult:
        """Set or withdraw the person's button vote; raises RoundClosed, NotAVoter."""
        round_ = await self.storage.rounds.by_slot(slot_id)
        _require_open_ballot(round_, person)
        number = round_.candidate_by_slot(slot_id).number or 0
        on = await self.storage.ballots.toggle_vote(round_.id, slot_id, person, event_ts_us)
        if on is not None:
            self.ports.publisher.schedule_redraw(round_.id)
        if on:
            return ClickResult(round_.id, number, True, False, round_.character, True, round_.accepts_flaw_tags)
        vote_inputs = await self.storage.ballots.list_vote_inputs(round_.id)
        sources = {m.source for m in vote_inputs if m.person == person and m.slot_id == slot_id and m.on}
        has_click, has_reaction = VoteSource.BUTTON in sources, VoteSource.REACTION in sources
        return ClickResult(
            round_.id, number, has_click, has_reaction and not has_click, round_.character, changed=on is not None
        )

    async def choose_none(self, round_id: str, person: str, event_ts_us: int) -> NoneResult:
        """Record that no candidate convinces the person, unless they vote for some; raises RoundClosed, NotAVoter.

        A later vote of the person replaces it.
        """
        round_ = await self.storage.rounds.get(round_id)
        _require_open_ballot(round_, person)
        vote_inputs = await self.storage.ballots.list_vote_inputs(round_id)
        voted_for = {m.slot_id for m in vote_inputs if m.person == person and m.on}
        if numbers := tuple(n for n, slot_id in round_.slot_id_by_number.items() if slot_id in voted_for):
            return NoneResult(round_id, round_.character, numbers, changed=False)
        nothing: frozenset[str] = frozenset()
        changed = await self.storage.ballots.record_submission(
            BallotSubmission(round_id, person, BallotStage.FIRST, nothing, nothing, {}, event_ts_us)
        )
        if changed:
            self.ports.publisher.schedule_redraw(round_id)
        return NoneResult(round_id, round_.character, (), changed, round_.accepts_flaw_tags)


async def load_votes(storage: StoragePorts, round_id: str) -> tuple[Sequence[VoteInput], Sequence[BallotSubmission]]:
    """Return the stored vote inputs and submissions of a round."""
    return await storage.ballots.list_vote_inputs(round_id), await storage.ballots.list_submissions(round_id)


def _require_open_ballot(round_: Round, person: str) -> None:
    round_.require_state(RoundState.VOTING, action="vote")
    if not round_.accepts_reactions:
        raise RoundClosed("vote", "run_off" if round_.run_off else "sealed", round_.character)
    round_.require_voter(person)
