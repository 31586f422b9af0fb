"""What an open round waits for from its lead."""

from dataclasses import replace

import pytest

from bot.domain.ballot import RunOff, Tally
from bot.domain.lead_decision import LeadDecision, pending_decision
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from tests.support.builders import (
    make_candidate,
    make_closed_round,
    make_failed_slot,
    make_locked_round,
    make_round,
    make_slot,
    make_voting_round,
)


@pytest.mark.parametrize(
    ("round_", "expected"),
    [
        (make_closed_round({1: 2, 2: 2}, 3), LeadDecision.TIE),
        (make_closed_round({1: 0, 2: 0}, 0), LeadDecision.NO_VOTES),
        (make_closed_round({1: 0, 2: 0}, 3), LeadDecision.NOTHING_CONVINCING),
        (make_closed_round({1: 3, 2: 1}, 3), LeadDecision.RESULT),
        (make_round(slots=(make_failed_slot(0, "unknown", paid="maybe"),)), LeadDecision.UNSURE_CHARGE),
        (make_voting_round(slots=(make_candidate(0, 1), make_failed_slot(1))), LeadDecision.MISSING_PORTRAITS),
        (
            make_voting_round(slots=(make_candidate(0, 1), make_failed_slot(1, "unknown", paid="maybe"))),
            LeadDecision.UNSURE_CHARGE,
        ),
    ],
)
def test_round_waits_for_a_decision(round_: Round, expected: LeadDecision) -> None:
    assert pending_decision(round_) is expected


def test_result_without_a_quorum_waits_for_the_lead() -> None:
    round_ = make_closed_round({1: 1, 2: 0}, 1)
    assert pending_decision(replace(round_, brief=replace(round_.brief, quorum=3))) is LeadDecision.NO_QUORUM


@pytest.mark.parametrize(
    "round_",
    [
        make_round(),
        make_round(slots=(make_candidate(0, None), make_failed_slot(1), make_slot(2))),
        make_voting_round(),
        make_voting_round(
            slots=(make_candidate(0, 1), make_candidate(1, 2), make_failed_slot(2)),
            run_off=RunOff((1, 2), Tally({1: 1, 2: 1}, 2)),
        ),
        make_locked_round({1: 1}),
        make_round(state=RoundState.VOID, void_reason="cancelled"),
    ],
)
def test_running_or_ended_round_needs_no_decision(round_: Round) -> None:
    assert pending_decision(round_) is None
