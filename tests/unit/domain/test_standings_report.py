"""The standings report: which rounds count, and what each model drew and missed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.ballot import BallotStage, BallotSubmission, RunOff, Tally, VoteInput, VoteSource
from bot.domain.brief import BallotMode
from bot.domain.catalogue import Look
from bot.domain.round import Round
from bot.domain.routing.reason import RoutingReason
from bot.domain.slot import SlotFailure, SlotState
from bot.domain.standings.report import FinishedRound, SetAside, count_round, standings_report
from tests.support.builders import make_closed_round

ROUND = make_closed_round({1: 1, 2: 1, 3: 0, 4: 0}, 2)
NUMBERS = {slot.number: slot.id for slot in ROUND.candidates if slot.number}
MODELS = tuple(sorted({slot.model for slot in ROUND.candidates}))


def vote(number: int, person: str = "U1", *, on: bool = True, source: VoteSource = VoteSource.BUTTON) -> VoteInput:
    return VoteInput(ROUND.id, person, NUMBERS[number], source, on, 1)


def submission(person: str, human: set[int], character: set[int], stage: BallotStage) -> BallotSubmission:
    ids = [frozenset(NUMBERS[n] for n in numbers) for numbers in (human, character)]
    return BallotSubmission(ROUND.id, person, stage, ids[0], ids[1], {}, 1)


def finished(round_: Round = ROUND, *votes: VoteInput, submissions: tuple[BallotSubmission, ...] = ()) -> FinishedRound:
    return FinishedRound(round_, votes, submissions)


def test_an_open_ballot_counts_each_voters_set_once() -> None:
    found = count_round(
        finished(ROUND, vote(1), vote(1, source=VoteSource.REACTION), vote(2, on=False), vote(3, "U2"), vote(1, "U2"))
    )
    assert not isinstance(found, SetAside)
    assert found.models == MODELS
    assert sorted(sum(ballot) for ballot in found.ballots) == [1, 2]


def test_votes_of_people_who_may_not_vote_do_not_count() -> None:
    round_ = replace(ROUND, brief=replace(ROUND.brief, voters=("U2",)))
    found = count_round(finished(round_, vote(1), vote(2, "U2")))
    assert not isinstance(found, SetAside)
    assert len(found.ballots) == 1


def test_a_sealed_ballot_counts_a_yes_to_both_questions() -> None:
    round_ = replace(ROUND, brief=replace(ROUND.brief, ballot=BallotMode.SEALED))
    papers = (
        submission("U1", {1, 2}, {2, 3}, BallotStage.FIRST),
        submission("U1", {1}, {1}, BallotStage.RUN_OFF),
    )
    found = count_round(finished(round_, submissions=papers))
    assert not isinstance(found, SetAside)
    assert [sum(ballot) for ballot in found.ballots] == [1]


def test_the_first_ballot_counts_after_a_run_off() -> None:
    first = Tally(dict.fromkeys(NUMBERS, 1), 2)
    round_ = replace(ROUND, run_off=RunOff((1, 2), first), tally=Tally({1: 1, 2: 0}, 1))
    found = count_round(finished(round_, vote(4)))
    assert not isinstance(found, SetAside)
    assert sum(found.candidates) == len(NUMBERS)


def test_rounds_that_were_not_blind_are_set_aside() -> None:
    one_model = replace(ROUND, slots=tuple(replace(slot, model="maker:a") for slot in ROUND.slots))
    by_hand = replace(ROUND, routing_reason=RoutingReason("named"))
    closed_at = ROUND.opened_at + timedelta(hours=1)
    reopened = replace(ROUND, first_closed_at=closed_at, voting_since=closed_at + timedelta(minutes=1))
    reasons = [count_round(finished(round_, vote(1))) for round_ in (one_model, by_hand, reopened, ROUND)]
    assert reasons[:3] == [SetAside.ONE_MODEL, SetAside.NAMED_BY_HAND, SetAside.REOPENED]
    assert not isinstance(reasons[3], SetAside)
    assert count_round(finished()) is SetAside.NO_VOTES


def test_a_variation_and_a_late_portrait_are_not_compared() -> None:
    varied = replace(ROUND, slots=(replace(ROUND.slots[0], variation_of_slot_id=ROUND.slots[1].id), *ROUND.slots[1:]))
    found = count_round(finished(varied, vote(2)))
    assert not isinstance(found, SetAside)
    assert sum(found.candidates) == len(NUMBERS) - 1
    late = replace(ROUND, tally=Tally({n: 0 for n in NUMBERS if n != 1}, 0))
    found = count_round(finished(late, vote(2)))
    assert not isinstance(found, SetAside)
    assert sum(found.candidates) == len(NUMBERS) - 1


def test_misses_are_counted_by_kind_with_their_cost() -> None:
    failed = replace(
        ROUND.slots[0],
        state=SlotState.FAILED,
        number=None,
        failure=SlotFailure("refused", paid="yes"),
        cost=Decimal("0.04"),
    )
    report = standings_report([finished(replace(ROUND, slots=(failed, *ROUND.slots[1:])), vote(2))])
    (standing,) = [one for one in report.models if one.model == failed.model]
    assert (dict(standing.misses), standing.missed_usd) == ({"refused": 1}, Decimal("0.04"))
    assert report.counted == 1


def test_looks_with_ten_meetings_have_verdicts_of_their_own() -> None:
    rounds = []
    for n in range(24):
        look = Look.SKIN if n % 2 else None
        round_ = replace(ROUND, id=f"r{n}", brief=replace(ROUND.brief, look=look))
        rounds.append(finished(round_, vote(1), vote(2, "U2"), vote(1 + n % 3, "U3")))
    report = standings_report(rounds)
    assert report.counted == 24
    assert list(report.by_look) == ["skin"]
    assert {verdict.meetings for verdict in report.by_look["skin"]} == {12}
