"""Vote inputs, submissions, tally, and reconciliation with Slack reactions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ballot import (
    BallotStage,
    BallotSubmission,
    FlawTag,
    Reaction,
    Tally,
    VoteInput,
    VoteSource,
    people_for_none,
    reconcile_reactions,
    run_off_numbers,
    shuffled_for,
)

NUMBERS = {"s1": 1, "s2": 2, "s3": 3}
SLOT_BY_NUMBER = {number: slot for slot, number in NUMBERS.items()}


def make_vote_input(person: str, slot: str, source: VoteSource = VoteSource.BUTTON, on: bool = True) -> VoteInput:
    return VoteInput("r", person, slot, source, on, 1)


def test_reaction_and_click_of_one_user_count_as_one_vote() -> None:
    tally = Tally.from_vote_inputs(
        [make_vote_input("ann", "s1"), make_vote_input("ann", "s1", VoteSource.REACTION), make_vote_input("bob", "s1")],
        NUMBERS,
    )
    assert tally.votes == {1: 2, 2: 0, 3: 0}
    assert tally.voters == 2


def test_a_person_may_vote_for_any_number_of_candidates() -> None:
    tally = Tally.from_vote_inputs([make_vote_input("ann", "s1"), make_vote_input("ann", "s3")], NUMBERS)
    assert tally.votes == {1: 1, 2: 0, 3: 1}
    assert tally.voters == 1


def test_withdrawn_vote_is_not_counted() -> None:
    assert Tally.from_vote_inputs([make_vote_input("ann", "s1", on=False)], NUMBERS).voters == 0


def make_none(person: str, event_ts_us: int) -> BallotSubmission:
    nothing: frozenset[str] = frozenset()
    return BallotSubmission("r", person, BallotStage.FIRST, nothing, nothing, {}, event_ts_us)


def test_none_of_these_counts_as_voting() -> None:
    tally = Tally.from_vote_inputs([make_vote_input("ann", "s1")], NUMBERS, {"bob", "cat"})
    assert (tally.votes[1], tally.voters, tally.none_count, tally.found_none) == (1, 3, 2, 2)
    assert tally.redacted.none_count == 0


@pytest.mark.parametrize(
    ("on", "pressed_at", "counts"),
    [(True, 0, False), (True, 2, False), (False, 0, False), (False, 2, True)],
    ids=["vote after it", "vote before it", "vote undone after it", "vote undone before it"],
)
def test_none_of_these_counts_until_the_person_votes(on: bool, pressed_at: int, counts: bool) -> None:
    vote = make_vote_input("ann", "s1", on=on)
    assert (people_for_none([vote], [make_none("ann", pressed_at)]) == {"ann"}) is counts


def test_none_of_these_of_others_is_untouched_by_a_vote() -> None:
    assert people_for_none([make_vote_input("bob", "s1")], [make_none("ann", 0)]) == {"ann"}


def test_a_sole_leader_wins_and_the_runner_up_is_the_understudy() -> None:
    tally = Tally({1: 3, 2: 2, 3: 0}, 4)
    assert (tally.winner, tally.understudy) == (1, 2)


def test_tie_has_no_winner_and_an_empty_ballot_no_leaders() -> None:
    assert Tally({1: 2, 2: 2, 3: 0}, 3).leaders == (1, 2)
    assert Tally({1: 2, 2: 2, 3: 0}, 3).winner is None
    assert Tally({1: 0, 2: 0}, 0).leaders == ()


def test_missed_reaction_is_added() -> None:
    fixes = reconcile_reactions([], [Reaction(2, frozenset({"ann"}), True)], SLOT_BY_NUMBER, "r", 9)
    assert fixes == [VoteInput("r", "ann", "s2", VoteSource.REACTION, True, 9)]


def test_missing_reaction_is_removed_only_if_the_list_is_complete() -> None:
    vote_inputs = [make_vote_input("ann", "s2", VoteSource.REACTION), make_vote_input("bob", "s3", VoteSource.REACTION)]
    shown = [Reaction(2, frozenset({"cat"}), False), Reaction(3, frozenset(), True)]
    assert reconcile_reactions(vote_inputs, shown, SLOT_BY_NUMBER, "r", 9) == [
        VoteInput("r", "cat", "s2", VoteSource.REACTION, True, 9),
        VoteInput("r", "bob", "s3", VoteSource.REACTION, False, 9),
    ]


def test_reconciled_vote_is_newer_than_the_vote_it_replaces() -> None:
    vote_inputs = [
        VoteInput("r", "ann", "s2", VoteSource.REACTION, True, 50),
        VoteInput("r", "bob", "s3", VoteSource.REACTION, False, 50),
    ]
    fixes = reconcile_reactions(vote_inputs, [Reaction(3, frozenset({"bob", "cat"}), True)], SLOT_BY_NUMBER, "r", 9)
    assert {(m.person, m.on, m.event_ts_us) for m in fixes} == {
        ("ann", False, 51),
        ("bob", True, 51),
        ("cat", True, 9),
    }


def test_reconciling_reactions_leaves_button_votes_alone() -> None:
    assert reconcile_reactions([make_vote_input("ann", "s1")], [], SLOT_BY_NUMBER, "r", 9) == []


people = st.sampled_from(["ann", "bob", "cat"])


@given(st.sets(st.tuples(people, st.sampled_from([1, 2, 3]))), st.sets(st.tuples(people, st.sampled_from([1, 2, 3]))))
def test_reconciled_reactions_equal_what_slack_shows(stored: set[tuple[str, int]], shown: set[tuple[str, int]]) -> None:
    vote_inputs = [make_vote_input(person, SLOT_BY_NUMBER[number], VoteSource.REACTION) for person, number in stored]
    reactions = [Reaction(n, frozenset(p for p, m in shown if m == n), True) for n in SLOT_BY_NUMBER]
    on = {(m.person, NUMBERS[m.slot_id]) for m in vote_inputs}
    for fix in reconcile_reactions(vote_inputs, reactions, SLOT_BY_NUMBER, "r", 9):
        change = (fix.person, NUMBERS[fix.slot_id])
        on = on | {change} if fix.on else on - {change}
    assert on == shown


# Sealed ballots.


def make_submission(
    person: str, reads_human: set[str], likeness: set[str], **flaw_tags: tuple[FlawTag, ...]
) -> BallotSubmission:
    return BallotSubmission("r", person, BallotStage.FIRST, frozenset(reads_human), frozenset(likeness), flaw_tags, 1)


def test_sealed_vote_needs_a_yes_to_both_questions() -> None:
    tally = Tally.from_submissions([make_submission("ann", {"s1", "s2"}, {"s2", "s3"})], NUMBERS)
    assert tally.votes == {1: 0, 2: 1, 3: 0}
    assert tally.sealed_results
    assert (tally.sealed_results.reads_human, tally.sealed_results.matches_character) == (
        {1: 1, 2: 1, 3: 0},
        {1: 0, 2: 1, 3: 1},
    )


def test_answering_none_of_these_counts_as_a_voter_without_votes() -> None:
    tally = Tally.from_submissions(
        [make_submission("ann", set(), set()), make_submission("bob", {"s1"}, {"s1"})], NUMBERS
    )
    assert (tally.voters, tally.votes[1]) == (2, 1)
    assert tally.sealed_results
    assert tally.sealed_results.none_fits_count == 1


def test_flaw_tags_are_counted_by_candidate() -> None:
    flaw_tags = {"s1": (FlawTag.EYES, FlawTag.TEETH)}
    tally = Tally.from_submissions(
        [make_submission("ann", {"s2"}, {"s2"}, **flaw_tags), make_submission("bob", set(), set(), s1=(FlawTag.EYES,))],
        NUMBERS,
    )
    assert tally.sealed_results
    assert tally.sealed_results.flaw_tags == {1: {FlawTag.EYES: 2, FlawTag.TEETH: 1}}


def test_redacted_tally_shows_only_the_number_of_voters() -> None:
    assert Tally.from_submissions([make_submission("ann", {"s1"}, {"s1"})], NUMBERS).redacted == Tally(
        {1: 0, 2: 0, 3: 0}, 1
    )


def test_each_user_has_a_stable_candidate_order() -> None:
    orders = {shuffled_for(NUMBERS, 7, f"U{n}") for n in range(40)}
    assert len(orders) == 6, "every order of three comes up"
    assert all(set(order) == set(NUMBERS) for order in orders)
    assert shuffled_for(["s3", "s1", "s2"], 7, "ann") == shuffled_for(NUMBERS, 7, "ann")


slots = st.frozensets(st.sampled_from(sorted(NUMBERS)))


@given(st.dictionaries(people, st.tuples(slots, slots)))
def test_sealed_tally_equals_a_manual_count_of_submissions(answers: dict[str, tuple[frozenset[str], ...]]) -> None:
    tally = Tally.from_submissions(
        [make_submission(who, set(human), set(like)) for who, (human, like) in answers.items()], NUMBERS
    )
    expected = dict.fromkeys(NUMBERS.values(), 0)
    for human, like in answers.values():
        for slot in human:
            expected[NUMBERS[slot]] += slot in like
    assert (tally.votes, tally.voters) == (expected, len(answers))


@pytest.mark.parametrize(
    ("votes", "run_off"),
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
def test_run_off_includes_ties_and_candidates_one_vote_apart(votes: dict[int, int], run_off: tuple[int, ...]) -> None:
    assert run_off_numbers(Tally(votes, 5)) == run_off


@pytest.mark.parametrize(
    ("votes", "votes_to_change"),
    [({1: 0, 2: 0}, 0), ({1: 2, 2: 2}, 1), ({1: 3, 2: 2}, 1), ({1: 4, 2: 1, 3: 1}, 3), ({1: 2}, 0)],
)
def test_votes_to_change_lead(votes: dict[int, int], votes_to_change: int) -> None:
    assert Tally(votes, 4).votes_to_change_lead == votes_to_change


@given(st.dictionaries(st.integers(1, 8), st.integers(0, 5), min_size=2), st.integers(1, 8))
def test_votes_to_change_lead_is_minimal(votes: dict[int, int], other: int) -> None:
    tally = Tally(votes, 5)
    if tally.winner is None or other == tally.winner or other not in votes:
        return
    fewer = Tally({**votes, other: votes[other] + tally.votes_to_change_lead - 1}, 5)
    assert fewer.winner == tally.winner
    second = max(votes[n] for n in votes if n != tally.winner)
    rival = next(n for n in votes if n != tally.winner and votes[n] == second)
    assert Tally({**votes, rival: second + tally.votes_to_change_lead}, 5).winner is None
