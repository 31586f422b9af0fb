"""The two candidates a comparison starts with."""

from bot.domain.ballot import RunOff, Tally
from bot.domain.round_state import RoundState
from bot.usecases.compare import first_two
from tests.support.builders import make_closed_round, make_voting_round


def test_open_round_compares_the_first_two_candidates() -> None:
    assert first_two(make_voting_round(4)) == (1, 2)


def test_closed_round_compares_the_two_leaders() -> None:
    assert first_two(make_closed_round({1: 0, 2: 3, 3: 1, 4: 2}, 4)) == (2, 4)


def test_ties_are_ordered_by_number_even_without_votes() -> None:
    assert first_two(make_closed_round({1: 2, 2: 3, 3: 2, 4: 3}, 4)) == (2, 4)
    assert first_two(make_closed_round({1: 0, 2: 0, 3: 0}, 0)) == (1, 2)


def test_comparison_with_fewer_than_two_candidates() -> None:
    assert first_two(make_voting_round(1)) == (1,)
    assert first_two(make_voting_round(0)) == ()


def test_open_run_off_does_not_reveal_the_first_tally() -> None:
    first = Tally({1: 0, 2: 0, 3: 2, 4: 2}, 4)
    assert first_two(make_voting_round(4, run_off=RunOff((3, 4), first))) == (1, 2)
    assert first_two(
        make_voting_round(4, run_off=RunOff((3, 4), first), tally=Tally({3: 1, 4: 3}, 4), state=RoundState.CLOSED)
    ) == (
        3,
        4,
    )
