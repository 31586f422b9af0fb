"""Reports: one portrait is hidden at once, the lead and administrators know, and one of them decides."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from bot.domain.errors import BriefError, NotAvailableHere, NotLead
from bot.domain.round import Round
from bot.domain.service_errors import SlackUnavailable
from bot.domain.users import User
from bot.ports.erasure import MessageAddress
from bot.ports.messaging import Picture
from storage.db.tables import rounds
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.storage_builders import DATABASES

ADMIN, OWNER, OTHER_ADMIN = "U9", "U10", "U11"


@pytest.fixture(params=DATABASES)
async def harness(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CastingHarness]:
    options = {"keys": ("gemini", "recraft"), "admins": frozenset({ADMIN})}
    async with casting_harness(tmp_path, database=request.param, **options) as opened:
        yield opened


async def report(harness: CastingHarness, round_: Round, number: int, reason: str = "wrong") -> Round:
    """Report a candidate, and run the job that follows."""
    await harness.casting.reporting.report(round_.id, round_.candidate_by_number(number).id, DIRECTOR, reason)
    await harness.casting.round_pictures.publish_missing(round_.id)
    return await harness.get_round(round_.id)


def shows(sheet: Picture, number: int) -> bool:
    """Whether a cell of a contact sheet of four shows a portrait, which is noise here, rather than a grey cover."""
    with Image.open(BytesIO(sheet.data)) as opened:
        width, height = opened.size
        left, top = (number - 1) % 2 * width // 2, (number - 1) // 2 * height // 2
        cell = opened.convert("RGB").crop((left + width // 20, top + height // 4, left + width // 8, top + height // 3))
    return len(cell.getcolors(100_000) or []) > 200


async def test_only_the_reported_candidate_is_hidden_and_voting_goes_on(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft --each 4")
    sheet, file_ids = round_.sheet_file, {s.number: s.file_id for s in round_.candidates}
    share = MessageAddress(FILM.channel, "5.5")
    harness.slack_files.shares[sheet or ""] = [share]
    hidden = await report(harness, round_, 2, "wears a uniform")
    assert hidden.hidden_numbers == (2,)
    assert {sheet, file_ids[2]} == set(harness.slack_files.deleted)
    assert {s.number: s.file_id for s in hidden.candidates} == file_ids | {2: ""}
    assert hidden.sheet_file not in (None, sheet)
    assert [shows(harness.publisher.sheets[-1], n) for n in (1, 2, 3, 4)] == [
        True,
        False,
        True,
        True,
    ]
    assert list(await harness.storage.posted_messages.list_for_round(round_.id)) == [share]
    await harness.vote(hidden, U2=1)
    assert list(await harness.storage.reports.list_unsettled()) == []


async def test_lead_and_the_administrators_who_may_see_it_are_told(harness: CastingHarness) -> None:
    harness.channel_access.users |= {OWNER: User(is_admin=True), OTHER_ADMIN: User(is_admin=True)}
    harness.channel_access.private_members[FILM] = {LEAD, DIRECTOR, OWNER}
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft")
    slot_id = round_.candidate_by_number(2).id
    harness.direct_messages.unreachable.add(LEAD)
    await report(harness, round_, 2, "wears a uniform")
    assert sorted(harness.direct_messages.reports) == sorted(
        (person, slot_id, DIRECTOR, "wears a uniform") for person in (ADMIN, OWNER)
    )


async def test_a_hidden_candidate_is_not_locked(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft")
    hidden = await report(harness, round_, 1)
    await harness.vote(hidden, U2=1)
    slot_id = round_.candidate_by_number(1).id
    with pytest.raises(NotAvailableHere):
        await harness.casting.lock_face.lock(round_.id, slot_id, LEAD)
    assert (await harness.get_round(round_.id)).tally is None, "the ballot stays open"
    await harness.casting.reporting.show_again(slot_id, LEAD)
    assert (await harness.casting.lock_face.lock(round_.id, slot_id, LEAD)).slot_id == slot_id


async def test_a_decision_brings_the_pictures_back(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft --each 4")
    hidden = await report(harness, round_, 2)
    slot_id = round_.candidate_by_number(2).id
    with pytest.raises(NotLead):
        await harness.casting.reporting.show_again(slot_id, DIRECTOR)
    harness.channel_access.users[PRODUCER] = User(is_admin=True)
    assert await harness.casting.reporting.show_again(slot_id, PRODUCER)
    assert not await harness.casting.reporting.show_again(slot_id, LEAD)
    assert ("close", round_.id) in harness.started_jobs
    assert list(await harness.storage.reports.list_unsettled()) == [round_.id]
    await harness.casting.round_pictures.publish_missing(round_.id)
    shown = await harness.get_round(round_.id)
    assert (shown.hidden, shown.reported_at) == ((), None)
    assert shown.candidate_by_number(2).file_id
    assert shown.sheet_file not in (None, hidden.sheet_file)
    assert shows(harness.publisher.sheets[-1], 2)
    assert list(await harness.storage.reports.list_unsettled()) == []
    history = await harness.casting.history.get_by_name("Maya", LEAD, round_.place)
    assert "report_dismissed" in {event.kind for event in history.events}


async def test_two_hidden_candidates_are_decided_apart(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft --each 4")
    await report(harness, round_, 1)
    assert (await report(harness, round_, 3)).hidden_numbers == (1, 3)
    await harness.casting.reporting.show_again(round_.candidate_by_number(1).id, LEAD)
    await harness.casting.round_pictures.publish_missing(round_.id)
    assert (await harness.get_round(round_.id)).hidden_numbers == (3,)
    assert not shows(harness.publisher.sheets[-1], 3)
    assert [slot.number for slot in (await harness.casting.reporting.form(round_.id)).candidates] == [1, 2, 4]


async def test_a_reported_face_is_hidden_everywhere_until_the_lead_decides(harness: CastingHarness) -> None:
    maya = await harness.run_to_lock("Maya: a keeper --models recraft")
    locked = await harness.get_round(maya)
    await harness.storage.posted_files.add(["F-poster"], [maya, "other-round"])
    face_files = {locked.record_file, locked.candidate_by_number(1).file_id, "F-poster"}
    hidden = await report(harness, locked, 1, "looks like my neighbour")
    assert face_files <= set(harness.slack_files.deleted)
    assert locked.candidate_by_number(2).file_id not in harness.slack_files.deleted
    assert hidden.is_face_hidden
    for use in (
        harness.casting.recall.get_face(maya, LEAD),
        harness.casting.face_download.archive(maya, LEAD),
        harness.casting.start_upscale.reserve(maya, 1, "recraft", LEAD),
        harness.start_round("Ben: her brother --like Maya"),
    ):
        with pytest.raises(NotAvailableHere) as raised:
            await use
        assert raised.value.reason == "reported"
    assert await harness.storage.reports.list_hidden_faces([maya, "r0"]) == {maya}
    assert await harness.casting.reporting.show_again(locked.candidate_by_number(1).id, LEAD)
    await harness.casting.round_pictures.publish_missing(maya)
    shown = await harness.get_round(maya)
    assert shown.record_file
    assert shown.candidate_by_number(1).original_file
    assert await harness.casting.recall.get_face(maya, LEAD)


async def test_another_candidate_of_a_locked_round_leaves_the_face(harness: CastingHarness) -> None:
    maya = await harness.run_to_lock("Maya: a keeper --models recraft")
    locked = await harness.get_round(maya)
    await harness.storage.posted_files.add(["F-poster"], [maya, "other-round"])
    hidden = await report(harness, locked, 2)
    assert (hidden.record_file, hidden.is_face_hidden) == (locked.record_file, False)
    assert {locked.record_file, "F-poster"} & set(harness.slack_files.deleted) == set()
    assert await harness.casting.recall.get_face(maya, LEAD)


async def test_a_kill_between_report_and_removal_is_continued(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft")
    await harness.casting.reporting.report(round_.id, round_.candidate_by_number(2).id, DIRECTOR, "wrong")
    harness.slack_files.next_errors = [SlackUnavailable("files.delete")]
    with pytest.raises(SlackUnavailable):
        await harness.casting.round_pictures.publish_missing(round_.id)
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert harness.started_jobs == [("close", round_.id)]
    await harness.casting.round_pictures.publish_missing(round_.id)
    assert {round_.sheet_file, round_.candidate_by_number(2).file_id} <= set(harness.slack_files.deleted)
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert harness.started_jobs == []


async def test_a_report_of_an_earlier_version_hides_all_candidates(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft")
    async with harness.storage.database.transaction() as connection:
        is_round = rounds.c.id == round_.id
        await connection.execute(update(rounds).where(is_round).values(reported_at=harness.now))
    assert (await harness.get_round(round_.id)).hidden_numbers == tuple(sorted(round_.slot_id_by_number))
    assert await harness.casting.reporting.show_again(round_.candidate_by_number(2).id, LEAD)
    assert (await harness.get_round(round_.id)).hidden == ()


async def test_a_report_needs_a_reason_and_a_candidate_of_the_round(harness: CastingHarness) -> None:
    round_ = await harness.run_to_voting("Maya: a keeper --models recraft")
    for slot_id, reason in ((round_.candidates[0].id, "  "), ("other", "wrong")):
        with pytest.raises(BriefError):
            await harness.casting.reporting.report(round_.id, slot_id, PRODUCER, reason)
    assert (await harness.get_round(round_.id)).reported_at is None
