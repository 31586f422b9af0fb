"""Marks, votes, tally, and what is read back from Slack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ballot import Leg, Mark, Paper, Reaction, Tally, Tell, Way, corrections, order_for, too_close

NUMBERS = {"s1": 1, "s2": 2, "s3": 3}
SLOTS = {number: slot for slot, number in NUMBERS.items()}


def mark(person: str, slot: str, way: Way = Way.BUTTON, on: bool = True) -> Mark:
    return Mark("r", person, slot, way, on, 1)


def test_a_reaction_and_a_click_of_one_person_on_one_candidate_are_one_vote() -> None:
    tally = Tally.of([mark("ann", "s1"), mark("ann", "s1", Way.REACTION), mark("bob", "s1")], NUMBERS)
    assert tally.votes == {1: 2, 2: 0, 3: 0}
    assert tally.voters == 2


def test_a_person_may_vote_for_any_number_of_candidates() -> None:
    tally = Tally.of([mark("ann", "s1"), mark("ann", "s3")], NUMBERS)
    assert tally.votes == {1: 1, 2: 0, 3: 1}
    assert tally.voters == 1


def test_a_mark_that_is_off_is_no_vote() -> None:
    assert Tally.of([mark("ann", "s1", on=False)], NUMBERS).voters == 0


def test_a_sole_leader_wins_and_the_runner_up_is_the_understudy() -> None:
    tally = Tally({1: 3, 2: 2, 3: 0}, 4)
    assert (tally.winner, tally.understudy) == (1, 2)


def test_a_tie_has_leaders_and_no_winner_and_an_empty_ballot_has_neither() -> None:
    assert Tally({1: 2, 2: 2, 3: 0}, 3).leaders == (1, 2)
    assert Tally({1: 2, 2: 2, 3: 0}, 3).winner is None
    assert Tally({1: 0, 2: 0}, 0).leaders == ()


def test_a_reaction_slack_shows_and_we_missed_is_added() -> None:
    wanted = corrections([], [Reaction(2, frozenset({"ann"}), True)], SLOTS, "r", 9)
    assert wanted == [Mark("r", "ann", "s2", Way.REACTION, True, 9)]


def test_a_reaction_slack_no_longer_shows_goes_only_where_the_list_is_complete() -> None:
    marks = [mark("ann", "s2", Way.REACTION), mark("bob", "s3", Way.REACTION)]
    shown = [Reaction(2, frozenset({"cat"}), False), Reaction(3, frozenset(), True)]
    assert corrections(marks, shown, SLOTS, "r", 9) == [
        Mark("r", "cat", "s2", Way.REACTION, True, 9),
        Mark("r", "bob", "s3", Way.REACTION, False, 9),
    ]


def test_a_correction_is_newer_than_its_mark_even_where_slacks_clock_is_ahead_of_ours() -> None:
    marks = [Mark("r", "ann", "s2", Way.REACTION, True, 50), Mark("r", "bob", "s3", Way.REACTION, False, 50)]
    wanted = corrections(marks, [Reaction(3, frozenset({"bob", "cat"}), True)], SLOTS, "r", 9)
    assert {(m.person, m.on, m.stamp) for m in wanted} == {("ann", False, 51), ("bob", True, 51), ("cat", True, 9)}


def test_button_marks_are_never_touched_by_what_reactions_show() -> None:
    assert corrections([mark("ann", "s1")], [], SLOTS, "r", 9) == []


people = st.sampled_from(["ann", "bob", "cat"])


@given(st.sets(st.tuples(people, st.sampled_from([1, 2, 3]))), st.sets(st.tuples(people, st.sampled_from([1, 2, 3]))))
def test_after_the_corrections_reactions_are_what_slack_shows(
    held: set[tuple[str, int]], shown: set[tuple[str, int]]
) -> None:
    marks = [mark(person, SLOTS[number], Way.REACTION) for person, number in held]
    reactions = [Reaction(n, frozenset(p for p, m in shown if m == n), True) for n in SLOTS]
    on = {(m.person, NUMBERS[m.slot_id]) for m in marks}
    for wanted in corrections(marks, reactions, SLOTS, "r", 9):
        change = (wanted.person, NUMBERS[wanted.slot_id])
        on = on | {change} if wanted.on else on - {change}
    assert on == shown


# On sealed papers


def paper(person: str, human: set[str], likeness: set[str], **tells: tuple[Tell, ...]) -> Paper:
    return Paper("r", person, Leg.FIRST, frozenset(human), frozenset(likeness), tells, 1)


def test_only_a_yes_to_both_questions_is_a_vote() -> None:
    tally = Tally.of_papers([paper("ann", {"s1", "s2"}, {"s2", "s3"})], NUMBERS)
    assert tally.votes == {1: 0, 2: 1, 3: 0}
    assert tally.answers
    assert (tally.answers.human, tally.answers.likeness) == ({1: 1, 2: 1, 3: 0}, {1: 0, 2: 1, 3: 1})


def test_none_of_these_is_a_voter_without_a_vote() -> None:
    tally = Tally.of_papers([paper("ann", set(), set()), paper("bob", {"s1"}, {"s1"})], NUMBERS)
    assert (tally.voters, tally.votes[1]) == (2, 1)
    assert tally.answers
    assert tally.answers.none == 1


def test_tells_are_counted_by_candidate() -> None:
    tells = {"s1": (Tell.EYES, Tell.TEETH)}
    tally = Tally.of_papers(
        [paper("ann", {"s2"}, {"s2"}, **tells), paper("bob", set(), set(), s1=(Tell.EYES,))], NUMBERS
    )
    assert tally.answers
    assert tally.answers.tells == {1: {Tell.EYES: 2, Tell.TEETH: 1}}


def test_before_the_close_only_the_number_of_voters_may_be_known() -> None:
    assert Tally.of_papers([paper("ann", {"s1"}, {"s1"})], NUMBERS).unseen == Tally({1: 0, 2: 0, 3: 0}, 1)


def test_each_person_has_an_order_of_their_own_that_stays() -> None:
    orders = {order_for(NUMBERS, 7, f"U{n}") for n in range(40)}
    assert len(orders) == 6, "every order of three comes up"
    assert all(set(order) == set(NUMBERS) for order in orders)
    assert order_for(["s3", "s1", "s2"], 7, "ann") == order_for(NUMBERS, 7, "ann")


slots = st.frozensets(st.sampled_from(sorted(NUMBERS)))


@given(st.dictionaries(people, st.tuples(slots, slots)))
def test_a_sealed_tally_is_what_reading_the_papers_aloud_comes_to(cast: dict[str, tuple[frozenset[str], ...]]) -> None:
    tally = Tally.of_papers([paper(who, set(human), set(like)) for who, (human, like) in cast.items()], NUMBERS)
    aloud = dict.fromkeys(NUMBERS.values(), 0)
    for human, like in cast.values():
        for slot in human:
            aloud[NUMBERS[slot]] += slot in like
    assert (tally.votes, tally.voters) == (aloud, len(cast))


@pytest.mark.parametrize(
    ("votes", "close"),
    [
        ({1: 3, 2: 3, 3: 1}, (1, 2)),
        ({1: 2, 2: 2, 3: 2}, (1, 2, 3)),
        ({1: 3, 2: 2, 3: 2}, (1, 2, 3)),
        ({1: 3, 2: 3, 3: 2}, (1, 2)),
        ({1: 3, 2: 1, 3: 0}, ()),
        ({1: 1, 2: 0, 3: 0}, ()),
        ({1: 0, 2: 0}, ()),
    ],
)
def test_a_run_off_is_between_those_level_or_one_vote_apart(votes: dict[int, int], close: tuple[int, ...]) -> None:
    assert too_close(Tally(votes, 5)) == close


@pytest.mark.parametrize(
    ("votes", "to_turn"),
    [({1: 0, 2: 0}, 0), ({1: 2, 2: 2}, 1), ({1: 3, 2: 2}, 1), ({1: 4, 2: 1, 3: 1}, 3), ({1: 2}, 0)],
)
def test_how_many_votes_turn_a_vote(votes: dict[int, int], to_turn: int) -> None:
    assert Tally(votes, 4).to_turn == to_turn


@given(st.dictionaries(st.integers(1, 8), st.integers(0, 5), min_size=2), st.integers(1, 8))
def test_no_fewer_votes_than_said_turn_a_vote(votes: dict[int, int], other: int) -> None:
    tally = Tally(votes, 5)
    if tally.winner is None or other == tally.winner or other not in votes:
        return
    fewer = Tally({**votes, other: votes[other] + tally.to_turn - 1}, 5)
    assert fewer.winner == tally.winner
    second = max(votes[n] for n in votes if n != tally.winner)
    rival = next(n for n in votes if n != tally.winner and votes[n] == second)
    assert Tally({**votes, rival: second + tally.to_turn}, 5).winner is None
