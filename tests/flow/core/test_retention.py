"""The nightly job: what is kept no longer goes, open rounds stay whole, and the history says what is gone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import BriefError
from bot.domain.retention import EXPIRED_PHOTO, EXPIRED_PORTRAITS, EXPIRED_VOTERS
from bot.domain.round import Round, RoundState
from tests.flow.core.test_references import CONSENT, make_photo
from tests.support.casting_harness import FILM, LEAD, CastingHarness, casting_harness
from tests.support.personal_data import columns_with


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=("recraft", "openai", "gemini")) as opened:
        yield opened


async def cast_from_photo(harness: CastingHarness) -> Round:
    started = await harness.start_round_with_photo("Maya: a keeper --like photo", make_photo(), CONSENT)
    round_ = await harness.audition(started.round.id)
    await harness.vote(round_, U2=1, U3=1)
    await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    await harness.casting.round_pictures.publish_missing(round_.id)
    return await harness.get_round(round_.id)


async def set_days(harness: CastingHarness, **days: Any) -> None:
    settings = (await harness.storage.productions.get(FILM)).settings
    await harness.storage.productions.save(FILM, "", replace(settings, **days))


async def test_defaults_delete_the_photo_first_and_keep_the_rest(harness: CastingHarness) -> None:
    round_ = await cast_from_photo(harness)
    assert round_.brief.reference
    harness.advance(days=33)
    result = await harness.casting.retention.run()
    assert (result.photos, result.portraits, result.voters) == (1, 0, 0)
    assert not await harness.storage.portraits.has(round_.brief.reference.key)
    reference = (await harness.get_round(round_.id)).brief.reference
    assert reference
    assert (reference.key, reference.consent) == ("", CONSENT), "who confirmed stays"
    assert (await harness.casting.retention.run()).is_empty


async def test_unlocked_portraits_go_with_their_files_and_the_face_stays(harness: CastingHarness) -> None:
    round_ = await cast_from_photo(harness)
    await set_days(harness, keep_portraits=5)
    harness.advance(days=7)
    assert (await harness.casting.retention.run()).portraits == 1
    after = await harness.get_round(round_.id)
    locked = after.locked_candidate
    assert locked
    assert locked.portrait == next(s.portrait for s in round_.slots if s.id == locked.id)
    assert [s.portrait for s in after.slots if s.id != locked.id] == [None] * 3
    kept = await harness.storage.portraits.list_keys(f"{round_.id}/")
    assert {key.split("/")[1] for key in kept} == {locked.id, "reference"}
    deleted = {s.file_id for s in round_.slots if s.id != locked.id} | {round_.sheet_file}
    assert deleted <= set(harness.slack_files.deleted)
    assert not {locked.file_id, locked.original_file, round_.record_file} & set(harness.slack_files.deleted)
    assert round_.id not in await harness.storage.rounds.list_missing_pictures(harness.now)
    await harness.casting.round_pictures.publish_missing(round_.id)
    assert (await harness.casting.recall.recall("Maya", LEAD, FILM)).kind == "face"


async def test_voters_become_a_count_and_the_history_says_what_is_gone(harness: CastingHarness) -> None:
    round_ = await cast_from_photo(harness)
    await set_days(harness, keep_voters=5, keep_portraits=5)
    harness.advance(days=33)
    assert (await harness.casting.retention.run()).voters == 1
    after = await harness.get_round(round_.id)
    assert after.tally == round_.tally
    assert (round_.tally.votes[1], round_.tally.voters) == (2, 2) if round_.tally else False
    assert not {"vote_inputs.person", "ballot_submissions.person"} & await columns_with(harness.storage, "U3")
    history = await harness.casting.history.get_by_name("Maya", LEAD, FILM)
    gone = {event.kind: event.detail for event in history.events if event.kind.startswith("expired")}
    assert gone == {EXPIRED_PORTRAITS: "3", EXPIRED_PHOTO: "1", EXPIRED_VOTERS: "2"}


async def test_a_round_that_ended_without_a_close_keeps_its_counts(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting()
    await harness.vote(round_, U2=1, U3=2)
    await harness.casting.round_controls.drop(round_.id, LEAD)
    harness.advance(days=400)
    await harness.casting.retention.run()
    after = await harness.get_round(round_.id)
    assert after.tally
    assert after.tally.voters == 2


async def test_nothing_of_an_open_round_is_deleted(harness: CastingHarness) -> None:
    started = await harness.start_round_with_photo("Maya: a keeper --like photo", make_photo(), CONSENT)
    round_ = await harness.audition(started.round.id)
    await harness.vote(round_, U2=1)
    before = await harness.get_round(round_.id)
    for state in (RoundState.VOTING, RoundState.CLOSED):
        harness.advance(days=5_000)
        result = await harness.casting.retention.run()
        assert (result.photos, result.portraits, result.voters) == (0, 0, 0)
        assert replace(await harness.get_round(round_.id), state=state) == replace(before, state=state)
        if state is RoundState.VOTING:
            await harness.casting.close_vote.close_ballot(round_.id)
            before = await harness.get_round(round_.id)
    assert all([await harness.storage.portraits.has(s.portrait.key) for s in before.slots if s.portrait])


async def test_old_entries_of_the_audit_log_become_one_with_their_number(harness: CastingHarness) -> None:
    await cast_from_photo(harness)
    await harness.casting.aliases.add("Maya", "the keeper", LEAD, FILM)
    await set_days(harness, keep_audit=10)
    harness.advance(days=11)
    result = await harness.casting.retention.run()
    (entry,) = await harness.storage.audit_log.list_for_production(FILM)
    assert (entry.action, entry.detail, entry.person) == ("expired_audit", str(result.audit), "")


async def test_a_photo_that_is_gone_must_be_attached_again(harness: CastingHarness) -> None:
    round_ = await cast_from_photo(harness)
    harness.advance(days=33)
    await harness.casting.retention.run()
    brief = (await harness.get_round(round_.id)).brief
    with pytest.raises(BriefError) as raised:
        await harness.casting.start_round.reference_images.resolve(brief, LEAD, FILM)
    assert raised.value.problem == "photo_deleted"
