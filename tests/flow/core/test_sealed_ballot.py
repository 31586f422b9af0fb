"""Sealed ballots and quorums over a real database."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.ballot import BallotStage, BallotSubmission, FlawTag, SealedResults
from bot.domain.errors import NoWinner, RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.usecases.sealed_ballot import SealedAnswers
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness

SEALED_COMMAND = "Maya: a fisherwoman --ballot sealed"


def sealed_answers(round_: Round, *numbers: int, human: tuple[int, ...] = ()) -> SealedAnswers:
    """Answer yes to both questions for `numbers`, and only to the first one for `human`."""
    votes = frozenset(round_.slot_id_by_number[n] for n in numbers)
    return SealedAnswers(votes | {round_.slot_id_by_number[n] for n in human}, votes, {}, none_of_these=not numbers)


async def submit_ballot(harness: CastingHarness, round_: Round, person: str, *numbers: int) -> None:
    harness.advance(seconds=1)
    await harness.casting.sealed_ballots.submit(round_.id, person, sealed_answers(round_, *numbers))


async def test_counts_are_hidden_until_the_close(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(SEALED_COMMAND)
    await submit_ballot(harness, round_, DIRECTOR, 2)
    await submit_ballot(harness, round_, PRODUCER, 2, 3)
    submissions = await harness.storage.ballots.list_submissions(round_.id)
    before = round_.visible_tally(round_.count_votes((), submissions))
    assert (set(before.votes.values()), before.voters, before.sealed_results) == ({0}, 2, None)
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert (closed.tally.votes, closed.tally.voters) == ({1: 0, 2: 2, 3: 1, 4: 0}, 2)
    assert closed.visible_tally(closed.tally) == closed.tally
    assert isinstance(closed.tally.sealed_results, SealedResults)


async def test_sealed_round_seeds_no_emoji_and_answers_one_reaction(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(SEALED_COMMAND)
    assert not [event for event in harness.publisher.events if event[0] == "vote_reactions"]
    react = harness.casting.voting.react
    assert await react(FILM, round_.message_ts or "", 1, DIRECTOR, True, 1)
    assert await react(FILM, round_.message_ts or "", 2, DIRECTOR, True, 2) is None
    assert await react(FILM, round_.message_ts or "", 2, PRODUCER, True, 3), "each is told once"
    closed = await harness.casting.round_controls.close(round_.id, LEAD)
    assert closed.tally
    assert closed.tally.voters == 0
    waiting = await harness.storage.ballots.list_without_vote(DIRECTOR, "T1")
    assert waiting == [], "it is closed"


async def test_home_lists_a_sealed_round_until_a_submission(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(SEALED_COMMAND)
    await harness.casting.voting.react(FILM, round_.message_ts or "", 1, DIRECTOR, True, 1)
    assert [r.id for r in await harness.storage.ballots.list_without_vote(DIRECTOR, "T1")] == [round_.id]
    await submit_ballot(harness, round_, DIRECTOR, 1)
    assert not await harness.storage.ballots.list_without_vote(DIRECTOR, "T1")


async def test_submission_can_be_changed_until_the_close(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(SEALED_COMMAND)
    await submit_ballot(harness, round_, DIRECTOR, 1)
    await submit_ballot(harness, round_, DIRECTOR, 4)
    form = await harness.casting.sealed_ballots.form(round_.id, DIRECTOR)
    assert form.submission
    assert form.submission.votes == {round_.slot_id_by_number[4]}
    assert (await harness.casting.sealed_ballots.form(round_.id, PRODUCER)).submission is None
    await harness.casting.round_controls.close(round_.id, LEAD)
    with pytest.raises(RoundClosed):
        await submit_ballot(harness, round_, DIRECTOR, 1)
    with pytest.raises(RoundClosed):
        await harness.casting.sealed_ballots.form(round_.id, DIRECTOR)


async def test_sealed_round_refuses_clicks_and_locks(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting(SEALED_COMMAND)
    await submit_ballot(harness, round_, DIRECTOR, 1)
    with pytest.raises(RoundClosed):
        await harness.vote(round_, U3=2)
    for slot_id in (None, round_.slot_id_by_number[1]):
        with pytest.raises(RoundClosed):
            await harness.casting.lock_face.lock(round_.id, slot_id, LEAD)
    assert (await harness.get_round(round_.id)).state is RoundState.VOTING


async def test_open_round_refuses_sealed_submissions(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    with pytest.raises(RoundClosed):
        await submit_ballot(harness, round_, DIRECTOR, 1)


async def test_submission_ignores_slots_of_another_round(harness: CastingHarness) -> None:
    round_, other = (
        await harness.run_to_voting(SEALED_COMMAND),
        await harness.run_to_voting("Otto: a diver --ballot sealed"),
    )
    await harness.casting.sealed_ballots.submit(round_.id, DIRECTOR, sealed_answers(other, 1))
    (submission,) = await harness.storage.ballots.list_submissions(round_.id)
    assert not submission.reads_human | submission.matches_character


@pytest.mark.parametrize(
    ("human", "likeness", "none", "unclear"),
    [
        ({"a"}, {"a"}, False, ""),
        ({"a"}, set(), False, ""),
        (set(), set(), True, ""),
        ({"a"}, {"b"}, True, ""),
        (set(), set(), False, "empty"),
        ({"a"}, {"a"}, True, "contradiction"),
    ],
)
def test_submission_must_not_be_empty_or_contradictory(
    human: set[str], likeness: set[str], none: bool, unclear: str
) -> None:
    assert SealedAnswers(frozenset(human), frozenset(likeness), {}, none).problem == unclear


submission_lists = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 9), st.frozensets(st.integers(1, 4))), max_size=8
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(submission_lists)
async def test_newest_submission_of_each_user_counts_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, drawn_submissions: list[tuple[str, int, frozenset[int]]]
) -> None:
    async with casting_harness(tmp_path_factory.mktemp("film")) as harness:
        round_ = await harness.run_to_voting(SEALED_COMMAND)
        newest: dict[str, tuple[int, frozenset[int]]] = {}
        for person, event_ts_us, numbers in drawn_submissions:
            votes = frozenset(round_.slot_id_by_number[n] for n in numbers)
            submission = BallotSubmission(
                round_.id,
                person,
                BallotStage.FIRST,
                votes,
                votes,
                {round_.slot_id_by_number[1]: (FlawTag.EYES,)},
                event_ts_us,
            )
            stored = await harness.storage.ballots.record_submission(submission)
            assert stored is (person not in newest or newest[person][0] < event_ts_us)
            newest[person] = (event_ts_us, numbers) if stored else newest[person]
        tally = (await harness.casting.round_controls.close(round_.id, LEAD)).tally
        assert tally
        assert tally.votes == {n: sum(n in numbers for _, numbers in newest.values()) for n in range(1, 5)}
        assert tally.voters == len(newest)


# Quorum


async def test_lead_decides_below_the_quorum(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a fisherwoman --quorum 2")
    await harness.vote(round_, U2=3)
    with pytest.raises(NoWinner) as refused:
        await harness.casting.lock_face.lock(round_.id, None, LEAD)
    assert refused.value.votes_short_of_quorum == 1
    closed = await harness.get_round(round_.id)
    assert closed.tally
    assert (closed.state, closed.leader(closed.tally), closed.tally.winner) == (RoundState.CLOSED, None, 3)
    face = await harness.casting.lock_face.decide(round_.slot_id_by_number[3], LEAD)
    assert face.decided_by_lead, "one vote of two needed is the lead's word, also for the one who leads"


async def test_extension_can_reach_the_quorum(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a fisherwoman --quorum 2")
    await harness.vote(round_, U2=3)
    await harness.casting.round_controls.close(round_.id, LEAD)
    await harness.casting.round_controls.extend(round_.id, LEAD)
    await harness.vote(round_, U3=3)
    face = await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[3], LEAD)
    assert (face.number, face.decided_by_lead) == (3, False)
