"""The lock of a round's winner, over a real database."""

import asyncio

import pytest

from bot.domain.ballot import Reaction
from bot.domain.errors import (
    NotLead,
    NoWinner,
    TallyChanged,
)
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from tests.support.casting_harness import DIRECTOR, LEAD, PRODUCER, CastingHarness


async def test_locked_face_contains_its_provenance(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U1=2, U2=2, U3=1)
    candidate = round_.candidate_by_number(2)
    face = await harness.casting.lock_face.lock(round_.id, candidate.id, LEAD)
    assert (face.character, face.number, face.version, face.locked_by) == ("Maya", 2, 1, LEAD)
    assert (face.model, face.portrait, face.prompt) == (candidate.model, candidate.portrait, round_.prompt)
    assert (face.tally, face.voters, face.decided_by_lead) == ({1: 1, 2: 2, 3: 0, 4: 0}, 3, False)
    assert (await harness.get_round(round_.id)).state is RoundState.LOCKED


async def test_only_the_lead_locks(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=2)
    with pytest.raises(NotLead) as caught:
        await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(2).id, DIRECTOR)
    assert caught.value.allowed_user == LEAD


async def test_concurrent_locks_create_one_face(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=2)
    slot_id = round_.candidate_by_number(2).id
    faces = await asyncio.gather(*(harness.casting.lock_face.lock(round_.id, slot_id, LEAD) for _ in range(8)))
    assert len({(f.round_id, f.number, f.version, f.locked_at) for f in faces}) == 1
    assert len(await harness.storage.roster.list_faces(round_.character_id)) == 1


async def test_a_tie_closes_the_ballot_and_the_lead_decides(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1, U3=4)
    with pytest.raises(NoWinner) as caught:
        await harness.casting.lock_face.lock(round_.id, None, LEAD)
    assert caught.value.tied == (1, 4)
    face = await harness.casting.lock_face.decide(round_.candidate_by_number(3).id, LEAD)
    assert (face.number, face.decided_by_lead) == (3, True)


async def test_lock_is_refused_if_unseen_reactions_change_the_winner(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    harness.publisher.slack_reactions = [Reaction(3, frozenset({LEAD, PRODUCER}), True)]
    with pytest.raises(TallyChanged) as caught:
        await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(1).id, LEAD)
    assert (caught.value.expected_leader, caught.value.tally[3]) == (1, 2)
    assert (await harness.get_round(round_.id)).state is RoundState.VOTING
    face = await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(3).id, LEAD)
    assert face.number == 3


async def test_nothing_is_locked_while_slack_is_unavailable(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1)
    harness.publisher.is_unavailable = True
    with pytest.raises(SlackUnavailable):
        await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(1).id, LEAD)
    assert (await harness.get_round(round_.id)).state is RoundState.VOTING
