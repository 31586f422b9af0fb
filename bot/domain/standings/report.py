"""The standings report: which finished rounds count, the verdicts, and what each model drew and missed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.ballot import BallotStage, BallotSubmission, VoteInput
from bot.domain.flaw_tags import shares
from bot.domain.round import Round
from bot.domain.slot import SlotState
from bot.domain.standings.ballots import BlindRound, sum_ticks
from bot.domain.standings.verdicts import MIN_MEETINGS, Verdict, judge
from bot.domain.standings.weaknesses import ModelWeaknesses, TaggedRound, map_weaknesses

_FEWEST_MODELS = 2
_NAMED_BY_HAND = "named"


class SetAside(StrEnum):
    """Why a finished round is not counted."""

    ONE_MODEL = "one_model"
    NAMED_BY_HAND = "named_by_hand"
    REOPENED = "reopened"
    NO_VOTES = "no_votes"


@dataclass(frozen=True)
class FinishedRound:
    """A round whose ballot closed, with everything that people voted."""

    round: Round
    vote_inputs: Sequence[VoteInput]
    submissions: Sequence[BallotSubmission]


@dataclass(frozen=True)
class ModelStanding:
    """What a model (exact id) drew in all finished rounds, and how it did in those that count.

    `misses` are slots without a portrait by kind of failure; `missed_usd` is what they cost, in dollars.
    """

    model: str
    portraits: int
    ticks: int
    possible: int
    misses: Mapping[str, int]
    missed_usd: Decimal


@dataclass(frozen=True)
class StandingsReport:
    """Standings of the models in some rounds. `by_look` has looks with at least ten meetings of a pair."""

    counted: int
    verdicts: tuple[Verdict, ...]
    models: tuple[ModelStanding, ...]
    set_aside: Mapping[SetAside, int]
    by_look: Mapping[str, tuple[Verdict, ...]]
    weaknesses: tuple[ModelWeaknesses, ...] = ()


def standings_report(finished: Sequence[FinishedRound]) -> StandingsReport:
    """Build the report. It takes up to a second for hundreds of rounds: run it in a thread."""
    counted: dict[str, BlindRound] = {}
    set_aside: Counter[SetAside] = Counter()
    for one in finished:
        found = count_round(one)
        if isinstance(found, SetAside):
            set_aside[found] += 1
        else:
            counted[one.round.id] = found
    looks: dict[str, list[BlindRound]] = {}
    for one in finished:
        if one.round.id in counted and one.round.brief.look:
            looks.setdefault(one.round.brief.look.value, []).append(counted[one.round.id])
    by_look = {
        look: _with_enough_meetings(judge(rounds)) for look, rounds in looks.items() if len(rounds) < len(counted)
    }
    return StandingsReport(
        len(counted),
        judge(tuple(counted.values())),
        _model_standings(finished, tuple(counted.values())),
        set_aside,
        {look: verdicts for look, verdicts in by_look.items() if verdicts},
        map_weaknesses([tagged for one in finished if (tagged := tagged_round(one.round))]),
    )


def count_round(finished: FinishedRound) -> BlindRound | SetAside:
    """Return the first ballot of a round as approval sets, or why it does not count.

    A ballot that was opened again after its close was not blind: people knew which model drew what.
    """
    round_ = finished.round
    slots = _slots_on_first_ballot(round_)
    if reason := _not_blind(round_, slots):
        return reason
    counted = BlindRound.from_votes(round_.id, slots, _approval_sets(finished, slots))
    return counted if counted.informative_ballots else SetAside.NO_VOTES


def tagged_round(round_: Round) -> TaggedRound | None:
    """Return a round for the weakness map; None unless its ballot was blind and somebody said what looked artificial.

    A sealed ballot asks every voter, so it counts without tags as well.
    """
    tally, slots = round_.first_tally, _slots_on_first_ballot(round_)
    if tally is None or not shares(tally) or _not_blind(round_, slots):
        return None
    numbers = {slot_id: number for number, slot_id in round_.slot_id_by_number.items()}
    return TaggedRound({numbers[slot_id]: model for slot_id, model in slots.items()}, tally.flaws)


def _not_blind(round_: Round, slots: Mapping[str, str]) -> SetAside | None:
    """Return why the votes and tags of a round do not count as blind."""
    if len(set(slots.values())) < _FEWEST_MODELS:
        return SetAside.ONE_MODEL
    if round_.routing_reason.kind == _NAMED_BY_HAND:
        return SetAside.NAMED_BY_HAND
    return SetAside.REOPENED if round_.was_reopened else None


def _slots_on_first_ballot(round_: Round) -> dict[str, str]:
    """Return the models of the first ballot's candidates by slot id; a variation has a prompt of its own."""
    numbers = round_.first_tally.votes if round_.first_tally else {}
    return {s.id: s.model for s in round_.candidates if s.number in numbers and not s.variation_of_slot_id}


def _approval_sets(finished: FinishedRound, slots: Mapping[str, str]) -> list[frozenset[str]]:
    round_ = finished.round
    if round_.is_sealed:
        first = [p for p in finished.submissions if p.stage is BallotStage.FIRST and round_.can_vote(p.person)]
        return [p.votes & slots.keys() for p in first]
    chosen: dict[str, set[str]] = {}
    for vote in finished.vote_inputs:
        if vote.on and round_.can_vote(vote.person) and vote.slot_id in slots:
            chosen.setdefault(vote.person, set()).add(vote.slot_id)
    return [frozenset(slot_ids) for slot_ids in chosen.values()]


def _with_enough_meetings(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    return tuple(verdict for verdict in verdicts if verdict.meetings >= MIN_MEETINGS)


def _model_standings(finished: Sequence[FinishedRound], counted: Sequence[BlindRound]) -> tuple[ModelStanding, ...]:
    slots = [slot for one in finished for slot in one.round.slots]
    standings = []
    for model in sorted({slot.model for slot in slots}):
        own = [slot for slot in slots if slot.model == model]
        failed = [slot for slot in own if slot.state is SlotState.FAILED]
        standings.append(
            ModelStanding(
                model,
                sum(slot.state is SlotState.CANDIDATE for slot in own),
                *sum_ticks(counted, model),
                Counter(slot.failure.kind for slot in failed if slot.failure),
                sum((slot.cost for slot in failed if slot.cost), Decimal(0)),
            )
        )
    return tuple(sorted(standings, key=lambda one: (-one.portraits, one.model)))
