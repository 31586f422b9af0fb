"""Who voted for what: for everyone in the channel, once an open ballot has closed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.ballot import BallotStage, BallotSubmission, VoteInput, people_for_none
from bot.domain.errors import RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.usecases.ports import UseCase
from bot.usecases.vote import load_votes


@dataclass(frozen=True)
class BallotVoters:
    """The people of one ballot by candidate number, sorted; a number without votes is left out.

    `chose_none` voted for no candidate. `missing` voters of the tally are no longer stored.
    """

    stage: BallotStage
    people: Mapping[int, tuple[str, ...]]
    chose_none: tuple[str, ...] = ()
    missing: int = 0


@dataclass(frozen=True)
class RoundVoters:
    """A closed round and the voters of each of its ballots, the first ballot first."""

    round: Round
    ballots: tuple[BallotVoters, ...]


@dataclass(frozen=True, slots=True)
class VoteDetails(UseCase):
    """Lists the voters of closed open ballots; changes nothing."""

    async def get(self, round_id: str) -> RoundVoters:
        """Return who voted for what; raises RoundClosed while the vote is open, and always for a sealed ballot."""
        round_ = await self.storage.rounds.get(round_id)
        if round_.is_sealed:
            raise RoundClosed("see_votes", "votes_sealed", round_.character)
        if round_.state is RoundState.VOTING:
            raise RoundClosed("see_votes", "votes_open", round_.character)
        round_.require_state(RoundState.CLOSED, RoundState.LOCKED, action="see_votes")
        all_inputs, all_submissions = await load_votes(self.storage, round_id)
        vote_inputs = [m for m in all_inputs if round_.can_vote(m.person)]
        submissions = [s for s in all_submissions if round_.can_vote(s.person)]
        ballots = [_first_ballot(round_, vote_inputs, submissions)]
        if round_.run_off:
            ballots.append(_run_off_ballot(round_, submissions))
        return RoundVoters(round_, tuple(ballots))


def _first_ballot(round_: Round, vote_inputs: list[VoteInput], submissions: list[BallotSubmission]) -> BallotVoters:
    votes = ((m.slot_id, m.person) for m in vote_inputs if m.on)
    tally = round_.run_off.first_tally if round_.run_off else round_.tally
    return _ballot(
        round_, BallotStage.FIRST, votes, people_for_none(vote_inputs, submissions), tally.voters if tally else 0
    )


def _run_off_ballot(round_: Round, submissions: list[BallotSubmission]) -> BallotVoters:
    votes = ((slot_id, s.person) for s in submissions if s.stage is BallotStage.RUN_OFF for slot_id in s.votes)
    return _ballot(round_, BallotStage.RUN_OFF, votes, frozenset(), round_.tally.voters if round_.tally else 0)


def _ballot(
    round_: Round,
    stage: BallotStage,
    votes: Iterable[tuple[str, str]],
    chose_none: frozenset[str],
    voter_count: int,
) -> BallotVoters:
    numbers = {slot_id: number for number, slot_id in round_.slot_id_by_number.items()}
    by_number: defaultdict[int, set[str]] = defaultdict(set)
    for slot_id, person in votes:
        if slot_id in numbers:
            by_number[numbers[slot_id]].add(person)
    known = set().union(chose_none, *by_number.values())
    people = {number: tuple(sorted(by_number[number])) for number in sorted(by_number)}
    return BallotVoters(stage, people, tuple(sorted(chose_none)), max(0, voter_count - len(known)))
