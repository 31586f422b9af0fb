"""Which two candidates a closer look begins with."""

from bot.ballot import RunOff, Tally
from bot.looking import first_two
from bot.round import State
from tests.unit.handlers.stories import closed, voting


def test_before_the_close_it_is_simply_the_first_two_whatever_the_votes() -> None:
    assert first_two(voting(4)) == (1, 2)


def test_after_the_close_it_is_the_two_in_front() -> None:
    assert first_two(closed({1: 0, 2: 3, 3: 1, 4: 2}, 4)) == (2, 4)


def test_of_equals_the_lower_number_goes_first_and_nobodys_vote_is_needed() -> None:
    assert first_two(closed({1: 2, 2: 3, 3: 2, 4: 3}, 4)) == (2, 4)
    assert first_two(closed({1: 0, 2: 0, 3: 0}, 0)) == (1, 2)


def test_one_candidate_is_looked_at_alone_and_none_not_at_all() -> None:
    assert first_two(voting(1)) == (1,)
    assert first_two(voting(0)) == ()


def test_a_run_off_keeps_its_first_tally_to_itself_until_its_own_close() -> None:
    first = Tally({1: 0, 2: 0, 3: 2, 4: 2}, 4)
    assert first_two(voting(4, run_off=RunOff((3, 4), first))) == (1, 2)
    assert first_two(voting(4, run_off=RunOff((3, 4), first), tally=Tally({3: 1, 4: 3}, 4), state=State.CLOSED)) == (
        3,
        4,
    )
