"""The nightly job: what is kept no longer goes, open rounds stay whole, and the history says what is gone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import BriefError, SettingsConflict, SettingsErrors
from bot.domain.retention import EXPIRED_PHOTO, EXPIRED_PORTRAITS, EXPIRED_VOTERS, WorkspaceRetention
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.users import User
from tests.flow.core.test_references import CONSENT, make_photo
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness
from tests.support.personal_data import columns_with
from tests.support.storage_builders import DATABASES


@pytest.fixture(params=DATABASES)
async def harness(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CastingHarness]:
    keys = ("recraft", "openai", "gemini")
    async with casting_harness(tmp_path, database=request.param, keys=keys) as opened:
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


async def set_workspace_days(harness: CastingHarness, person: str = LEAD, **days: str) -> None:
    """Save the form of an administrator with these days for the whole workspace."""
    editor = harness.casting.production_settings_editor
    form = await editor.form(FILM, person)
    values: dict[str, tuple[str, ...]] = {
        f"workspace_keep_{kind}": () for kind in ("portraits", "photos", "voters", "audit")
    }
    values |= {f"workspace_keep_{kind}": (value,) for kind, value in days.items()}
    kept = form.production.settings
    values |= {"keep_portraits": _typed(kept.keep_portraits), "keep_voters": _typed(kept.keep_voters)}
    await editor.save(FILM, person, form.production.digest, values, form.workspace.digest)


def _typed(days: int | None) -> tuple[str, ...]:
    return (str(days),) if days else ()


async def test_the_production_comes_before_the_workspace_and_that_before_castroom(harness: CastingHarness) -> None:
    harness.channel_access.users[LEAD] = User(is_admin=True)
    round_ = await cast_from_photo(harness)
    await set_workspace_days(harness, voters="20", portraits="20")
    await set_days(harness, keep_portraits=10)
    harness.advance(days=13)
    result = await harness.casting.retention.run()
    assert (result.portraits, result.voters) == (1, 0), "the production keeps portraits for 10 days"
    harness.advance(days=10)
    result = await harness.casting.retention.run()
    assert (result.portraits, result.voters, result.photos) == (0, 1, 0), "the workspace keeps voters for 20 days"
    harness.advance(days=10)
    assert (await harness.casting.retention.run()).photos == 1, "Castroom keeps photos for 30 days"
    assert (await harness.get_round(round_.id)).locked_candidate


async def test_a_production_may_keep_more_than_its_workspace_but_not_than_castroom(harness: CastingHarness) -> None:
    harness.channel_access.users[LEAD] = User(is_admin=True)
    await cast_from_photo(harness)
    await set_workspace_days(harness, voters="5")
    await set_days(harness, keep_voters=400)
    harness.advance(days=100)
    assert (await harness.casting.retention.run()).voters == 0
    harness.advance(days=280)
    assert (await harness.casting.retention.run()).voters == 1


async def test_only_administrators_change_the_workspace_and_everybody_sees_it(harness: CastingHarness) -> None:
    editor = harness.casting.production_settings_editor
    await set_days(harness, keep_voters=100)
    with pytest.raises(SettingsErrors) as raised:
        await set_workspace_days(harness, portraits="30")
    assert [(error.field, error.problem) for error in raised.value.errors] == [
        ("workspace_keep_portraits", "not_administrator")
    ]
    harness.channel_access.users[LEAD] = User(is_admin=True)
    with pytest.raises(SettingsErrors) as raised:
        await set_workspace_days(harness, portraits="400")
    assert [(error.field, error.limit) for error in raised.value.errors] == [("workspace_keep_portraits", 365)]
    await set_workspace_days(harness, portraits="30")
    form = await editor.form(FILM, DIRECTOR)
    assert (form.workspace, form.may_change_workspace) == (WorkspaceRetention(portraits=30), False)
    assert [change.action for change in form.changes] == ["set_workspace_keep_portraits"]
    assert form.changes[0].detail == "\n30"
    await set_workspace_days(harness)
    assert (await editor.form(FILM, LEAD)).workspace == WorkspaceRetention()


async def test_a_form_that_somebody_else_overtook_changes_nothing(harness: CastingHarness) -> None:
    harness.channel_access.users[LEAD] = User(is_admin=True)
    editor = harness.casting.production_settings_editor
    form = await editor.form(FILM, LEAD)
    await set_workspace_days(harness, portraits="30")
    values = {"workspace_keep_portraits": ("90",), "workspace_keep_photos": ()}
    with pytest.raises(SettingsConflict):
        await editor.save(FILM, LEAD, form.production.digest, values, form.workspace.digest)
    assert (await editor.form(FILM, LEAD)).workspace.portraits == 30


async def test_another_workspace_keeps_its_own_times(harness: CastingHarness) -> None:
    harness.channel_access.users[LEAD] = User(is_admin=True)
    await set_workspace_days(harness, portraits="30")
    elsewhere = await harness.storage.workspace_retentions.get("T2")
    assert elsewhere == WorkspaceRetention()
    assert dict(await harness.storage.workspace_retentions.list_all()) == {"T1": WorkspaceRetention(portraits=30)}
