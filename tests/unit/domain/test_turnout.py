"""What named voters can still change, compared with every possible vote."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ballot import Tally, Turnout
from bot.domain.command import parse_brief
from handlers.text import voters

NUMBERS = st.integers(2, 4)


def possible_winners(votes: dict[int, int], remaining: int) -> set[int | None]:
    """Return the sole leader after each way in which `remaining` people could vote."""
    numbers = tuple(votes)
    choices = list(product((0, 1), repeat=len(numbers)))
    winners = set()
    for votes_cast in product(choices, repeat=remaining):
        total = {n: votes[n] + sum(choice[index] for choice in votes_cast) for index, n in enumerate(numbers)}
        winners.add(Tally(total, 1).winner)
    return winners


@settings(max_examples=150)
@given(NUMBERS.flatmap(lambda n: st.lists(st.integers(0, 4), min_size=n, max_size=n)), st.integers(0, 2))
def test_lead_is_settled_exactly_if_no_remaining_votes_change_it(votes: list[int], remaining: int) -> None:
    tally = Tally(dict(enumerate(votes, start=1)), max(votes))
    safe = tally.winner is not None and possible_winners(dict(tally.votes), remaining) == {tally.winner}
    assert tally.is_decided(remaining) is safe


def test_outlook_text() -> None:
    def turnout_with_pending(number: int, voted: int = 2) -> Turnout:
        return Turnout(number + voted, voted, frozenset(f"U{n}" for n in range(number)), 0)

    assert voters.outlook(2, True, turnout_with_pending(2)) == "2 wins regardless of the remaining two votes"
    assert voters.outlook(2, True, turnout_with_pending(1)) == "2 wins regardless of the remaining one vote"
    assert voters.outlook(2, False, turnout_with_pending(3)) == "The remaining three can still change the leader"
    assert voters.outlook(2, True, turnout_with_pending(0)) == "All votes are in"
    assert voters.outlook(None, False, turnout_with_pending(3, voted=0)) == ""


def test_turnout_distinguishes_departed_from_pending_voters() -> None:
    assert voters.turnout(Turnout(5, 3, frozenset({"U1"}), 1)) == "3 of 5 voted, 1 has left"
    assert voters.turnout(Turnout(3, 3, frozenset(), 0)) == "3 of 3 voted"


def test_turnout_is_complete_only_if_someone_voted() -> None:
    assert Turnout(3, 2, frozenset(), 1).is_complete
    assert not Turnout(2, 0, frozenset(), 2).is_complete
    assert not Turnout(3, 2, frozenset({"U1"}), 0).is_complete


def test_voters_are_named_with_commas_or_an_at_sign_each() -> None:
    for typed in ("@daniel,@mei", "@daniel, @mei", "@daniel @mei", "daniel,mei", '"daniel mei"'):
        brief = parse_brief(f"Maya: a fisherwoman --voters {typed} --for 1h")
        assert (brief.voters, brief.text) == (("daniel", "mei"), "a fisherwoman"), typed
    assert parse_brief("Maya: --voters @mei a fisherwoman").text == "a fisherwoman"
