"""What named voters can still change, held against every way they could vote."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ballot import Tally, Turnout
from bot.brief import Brief
from handlers.words import voters

NUMBERS = st.integers(2, 4)


def every_outcome(votes: dict[int, int], remaining: int) -> set[int | None]:
    """Who leads alone after each way in which so many more people could approve of any set of candidates."""
    numbers = tuple(votes)
    papers = list(product((0, 1), repeat=len(numbers)))
    found = set()
    for cast in product(papers, repeat=remaining):
        total = {n: votes[n] + sum(paper[at] for paper in cast) for at, n in enumerate(numbers)}
        found.add(Tally(total, 1).winner)
    return found


@settings(max_examples=150)
@given(NUMBERS.flatmap(lambda n: st.lists(st.integers(0, 4), min_size=n, max_size=n)), st.integers(0, 2))
def test_a_leader_is_called_safe_exactly_when_no_way_of_voting_takes_the_lead(votes: list[int], remaining: int) -> None:
    tally = Tally(dict(enumerate(votes, start=1)), max(votes))
    safe = tally.winner is not None and every_outcome(dict(tally.votes), remaining) == {tally.winner}
    assert tally.settled(remaining) is safe


def test_the_outlook_is_told_in_the_words_of_a_person() -> None:
    def awaited(number: int, voted: int = 2) -> Turnout:
        return Turnout(number + voted, voted, frozenset(f"U{n}" for n in range(number)), 0)

    assert voters.outlook(2, True, awaited(2)) == "2 leads whatever the remaining two say"
    assert voters.outlook(2, True, awaited(1)) == "2 leads whatever the remaining one says"
    assert voters.outlook(2, False, awaited(3)) == "The remaining three can still change this"
    assert voters.outlook(2, True, awaited(0)) == "Every vote is in"
    assert voters.outlook(None, False, awaited(3, voted=0)) == ""


def test_who_left_without_a_vote_is_told_apart_from_who_is_awaited() -> None:
    assert voters.turnout(Turnout(5, 3, frozenset({"U1"}), 1)) == "3 of 5 voted, 1 has left"
    assert voters.turnout(Turnout(3, 3, frozenset(), 0)) == "3 of 3 voted"


def test_everybody_has_voted_only_where_somebody_did() -> None:
    assert Turnout(3, 2, frozenset(), 1).complete
    assert not Turnout(2, 0, frozenset(), 2).complete
    assert not Turnout(3, 2, frozenset({"U1"}), 0).complete


def test_voters_are_named_with_commas_or_an_at_sign_each() -> None:
    for typed in ("@daniel,@mei", "@daniel, @mei", "@daniel @mei", "daniel,mei", '"daniel mei"'):
        brief = Brief.of(f"Maya: a fisherwoman --voters {typed} --for 1h")
        assert (brief.voters, brief.text) == (("daniel", "mei"), "a fisherwoman"), typed
    assert Brief.of("Maya: --voters @mei a fisherwoman").text == "a fisherwoman"
