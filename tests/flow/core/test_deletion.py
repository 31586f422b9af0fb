"""`/cast delete NAME`: everything of a character goes, and nothing else does."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.domain.erasure import DELETED
from bot.domain.errors import BriefError, NotAvailableHere, NotLead
from bot.domain.ids import ChannelRef
from bot.domain.round_state import RoundState
from bot.domain.service_errors import SlackUnavailable
from bot.domain.users import User
from bot.ports.comments import CommentMessage
from bot.ports.erasure import MessageAddress
from bot.usecases.deletion import DeletionRequest
from storage.db.tables import budget_periods, ledger
from tests.flow.core.test_references import CONSENT, make_photo
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.personal_data import columns_with, files_with
from tests.support.storage_builders import DATABASES

NAME = "Marguerite"


@pytest.fixture(params=DATABASES)
async def harness(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CastingHarness]:
    keys = ("recraft", "openai", "gemini")
    async with casting_harness(tmp_path, database=request.param, keys=keys) as opened:
        yield opened


async def cast_from_photo(harness: CastingHarness) -> str:
    """Cast the character from a photo of a real person, with a draft, an alias and a vote; return the round's id."""
    started = await harness.start_round_with_photo(f"{NAME}: a lighthouse keeper --like photo", make_photo(), CONSENT)
    round_ = await harness.audition(started.round.id)
    await harness.vote(round_, U2=1)
    await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    await harness.casting.round_pictures.publish_missing(round_.id)
    await harness.casting.aliases.add(NAME, f"Old {NAME}", LEAD, FILM)
    return round_.id


async def request_of(harness: CastingHarness, round_id: str, person: str = LEAD, **changes: str) -> DeletionRequest:
    character_id = (await harness.get_round(round_id)).character_id
    typed, reason = changes.get("typed", NAME), changes.get("reason", "she asked us to")
    return DeletionRequest(character_id, FILM, person, typed, reason)


async def paste_list(harness: CastingHarness, text: str) -> str:
    """Paste a list of `/cast many`, confirm it, and start its first line; return the list's id."""
    checked = await harness.casting.cast_many.check(text, FILM, LEAD, "a list")
    await harness.casting.cast_many.confirm(checked.draft.id, LEAD)
    await harness.casting.cast_many.advance_due()
    return checked.draft.id


async def delete(harness: CastingHarness, round_id: str) -> None:
    deletion = await harness.casting.deletion.request(await request_of(harness, round_id))
    await harness.casting.deletion.run(deletion.id)


async def test_no_table_and_no_file_has_a_trace_of_the_person_or_the_photo(
    harness: CastingHarness, tmp_path: Path
) -> None:
    round_id = await cast_from_photo(harness)
    round_ = await harness.get_round(round_id)
    recast = await harness.start_round(f"{NAME}x: her sister --like {NAME} --models nano-banana")
    await harness.casting.round_form.create(FILM, LEAD, "another form", round_.brief)
    assert round_.brief.reference
    digests = [round_.brief.reference.sha256, *(slot.portrait.sha256 for slot in round_.slots if slot.portrait)]
    photo = await harness.storage.portraits.get(round_.brief.reference.key)
    assert len(digests) == 5
    assert all([await columns_with(harness.storage, digest) for digest in digests])
    await delete(harness, round_id)
    for digest in digests:
        assert await columns_with(harness.storage, digest) == set()
        assert files_with(tmp_path, digest.encode()) == []
    stored = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert sha256(photo).hexdigest() not in {sha256(file.read_bytes()).hexdigest() for file in stored}
    assert "characters.name" in await columns_with(harness.storage, f"{NAME}x"), "her sister stays"
    assert files_with(tmp_path, rf"(?i){NAME}(?!x)".encode()) == []
    assert await harness.storage.portraits.list_keys(f"{round_id}/") == []
    like = (await harness.get_round(recast)).brief.reference
    assert like
    assert (like.key, like.sha256) == ("", "")


async def test_a_list_loses_the_lines_of_the_character_and_keeps_the_others(
    harness: CastingHarness, tmp_path: Path
) -> None:
    list_id = await paste_list(harness, f"{NAME}: a lighthouse keeper\nTomas: a pilot")
    many = await harness.storage.cast_many.get(list_id)
    round_ = await harness.audition(many.newest_round_id)
    await delete(harness, round_.id)
    many = await harness.storage.cast_many.get(list_id)
    assert [line.brief.name for line in many.lines] == ["Tomas"]
    assert many.shown_version != many.version, "the message is updated"
    assert files_with(tmp_path, rf"(?i){NAME}".encode()) == []


async def test_files_in_slack_are_deleted_and_the_message_says_so(harness: CastingHarness) -> None:
    round_id = await cast_from_photo(harness)
    round_ = await harness.get_round(round_id)
    posted = {round_.sheet_file, round_.record_file, *(f for s in round_.slots for f in (s.file_id, s.original_file))}
    await harness.storage.posted_files.add(["F-poster"], [round_id])
    harness.slack_files.refused.add("F-poster")
    await delete(harness, round_id)
    assert posted - {None} == set(harness.slack_files.deleted)
    deleted = await harness.get_round(round_id)
    assert (deleted.state, deleted.void_reason, deleted.slots) == (RoundState.VOID, DELETED, ())
    assert harness.publisher.events[-1] == ("redraw_now", round_id, RoundState.VOID)
    ((recipient, refused),) = harness.direct_messages.deletion_reports
    assert (recipient.person, refused) == (LEAD, ("F-poster",))


async def test_messages_about_the_character_are_deleted_and_the_rounds_own_says_so(harness: CastingHarness) -> None:
    round_id = await cast_from_photo(harness)
    round_ = await harness.get_round(round_id)
    reply, elsewhere = MessageAddress(FILM.channel, "1.1"), MessageAddress("D0LENA", "2.2")
    await harness.storage.posted_messages.add(round_id, reply, elsewhere)
    await harness.storage.comments.set_message(round_id, CommentMessage("3.3", "digest"))
    assert round_.record_file
    shared, own = MessageAddress("C0MOVED", "4.4"), MessageAddress(FILM.channel, round_.message_ts or "")
    harness.slack_files.shares[round_.record_file] = [shared, own]
    await harness.casting.channel_move.move(ChannelRef("T1", "C0MOVED"), "C0NEW")
    harness.slack_messages.refused.add("2.2")
    await delete(harness, round_id)
    assert sorted((place.channel, ts) for place, ts in harness.slack_messages.deleted) == [
        ("C0NEW", "4.4"),
        (FILM.channel, "1.1"),
        (FILM.channel, "3.3"),
    ]
    assert list(await harness.storage.posted_messages.list_for_round(round_id)) == []
    ((_, refused),) = harness.direct_messages.deletion_reports
    assert refused == ("D0LENA/2.2",)


async def test_sums_and_the_fact_stay_without_the_content(harness: CastingHarness) -> None:
    round_id = await cast_from_photo(harness)
    character_id = (await harness.get_round(round_id)).character_id

    async def sums() -> list[object]:
        async with harness.storage.database.snapshot() as connection:
            charged = await connection.scalar(select(func.sum(ledger.c.usd)))
            return [charged, *(await connection.scalars(select(budget_periods.c.committed))).all()]

    before = await sums()
    await delete(harness, round_id)
    assert await sums() == before
    events = await harness.storage.audit_log.list_for_character(character_id)
    assert [(event.action, event.detail) for event in events if event.detail] == [(DELETED, "she asked us to")]
    (erasure,) = await harness.storage.erasure_log.list_all()
    assert (erasure.kind, erasure.subject, erasure.rounds) == ("character", character_id, (round_id,))


async def test_the_name_is_free_again_and_finds_nothing(harness: CastingHarness) -> None:
    round_id = await cast_from_photo(harness)
    await delete(harness, round_id)
    for name in (NAME, f"Old {NAME}"):
        assert (await harness.casting.recall.recall(name, DIRECTOR, FILM)).kind == "nothing"
    other = await harness.get_round(await harness.run_to_lock(f"{NAME}: another person"))
    assert other.character_id != (await harness.get_round(round_id)).character_id


async def test_a_kill_at_any_step_is_continued(harness: CastingHarness) -> None:
    round_id = await cast_from_photo(harness)
    deletion = await harness.casting.deletion.request(await request_of(harness, round_id))
    assert ("delete", deletion.id) in harness.started_jobs
    files = len((await harness.storage.deletions.list_round_files(round_id)).slack_files)
    for done in range(files):
        harness.slack_files.next_errors = [SlackUnavailable("files.delete")]
        if done:
            harness.slack_files.deleted.clear()
        with pytest.raises(SlackUnavailable):
            await harness.casting.deletion.run(deletion.id)
    await harness.casting.deletion.restart_unfinished()
    await harness.casting.deletion.run(deletion.id)
    await harness.casting.deletion.run(deletion.id)
    assert len(harness.direct_messages.deletion_reports) == 1
    assert list(await harness.storage.deletions.list_unfinished()) == []


async def test_a_round_that_still_draws_is_deleted_when_its_calls_have_ended(harness: CastingHarness) -> None:
    answer = asyncio.Event()
    harness.fake_models.skin.script = lambda ask, call: answer
    round_id = await harness.start_round(f"{NAME}: a keeper --models recraft --each 1")
    await harness.casting.round_message.post(round_id)
    (slot_id,) = await harness.casting.audition.slot_ids(round_id)
    call = asyncio.create_task(harness.casting.audition.generate_slot(slot_id))
    while not harness.fake_models.skin.requests:
        await asyncio.sleep(0)
    deletion = await harness.casting.deletion.request(await request_of(harness, round_id))
    await harness.casting.deletion.run(deletion.id)
    assert (await harness.get_round(round_id)).state is RoundState.VOID
    assert list(await harness.storage.deletions.list_unfinished()) == [deletion.id]
    answer.set()
    await call
    await harness.casting.deletion.run(deletion.id)
    assert list(await harness.storage.deletions.list_unfinished()) == []
    entries = await harness.storage.ledger.list_spend_totals("T1", harness.now.date())
    assert entries, "the call is charged"
    assert await harness.storage.portraits.list_keys(f"{round_id}/") == []


async def test_only_the_lead_or_an_administrator_deletes_and_with_the_name_and_a_reason(
    harness: CastingHarness,
) -> None:
    round_id = await cast_from_photo(harness)
    with pytest.raises(NotLead):
        await harness.casting.deletion.request(await request_of(harness, round_id, DIRECTOR))
    for wrong in ({"typed": "Margaret"}, {"reason": "  "}):
        with pytest.raises(BriefError):
            await harness.casting.deletion.request(await request_of(harness, round_id, **wrong))
    assert list(await harness.storage.deletions.list_unfinished()) == []
    harness.channel_access.users[PRODUCER] = User(is_admin=True)
    request = await request_of(harness, round_id, PRODUCER, typed=NAME.lower())
    assert (await harness.casting.deletion.request(request)).person == PRODUCER


async def test_a_lead_deletes_no_face_of_a_private_channel_that_they_are_not_in(harness: CastingHarness) -> None:
    round_id = await cast_from_photo(harness)
    harness.channel_access.private_members[FILM] = {DIRECTOR}
    with pytest.raises(NotAvailableHere):
        await harness.casting.deletion.request(await request_of(harness, round_id))


async def test_a_character_of_another_workspace_is_unknown(harness: CastingHarness) -> None:
    round_id = await cast_from_photo(harness)
    request = await request_of(harness, round_id)
    elsewhere = DeletionRequest(request.character_id, ChannelRef("T2", "C1"), LEAD, NAME, "x")
    with pytest.raises(NotAvailableHere):
        await harness.casting.deletion.request(elsewhere)


async def test_other_characters_stay(harness: CastingHarness) -> None:
    other = await harness.run_to_lock("Tomas: a pilot")
    harness.advance(minutes=1)
    before = await harness.get_round(other)
    await delete(harness, await cast_from_photo(harness))
    assert await harness.get_round(other) == before
    assert (await harness.casting.recall.recall("Tomas", DIRECTOR, FILM)).kind == "face"
