"""The data of a character sheet: its package, deletion, retention, reports and history."""

import hashlib
import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from bot.cli.export import export
from bot.domain.character_sheet import Opinions
from bot.domain.errors import NotAvailableHere
from bot.domain.model_errors import TimedOut
from bot.settings import Settings
from bot.usecases.deletion import DeletionRequest
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER
from tests.support.character_sheet_harness import (
    FRONT,
    PRICE,
    PROFILE,
    SMILE,
    draw,
    harness_with_face,
    start,
)
from tests.support.personal_data import columns_with
from tests.support.scripted_models import BANANA


async def test_the_package_names_every_view_and_says_what_is_what(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        harness.fake_models.banana.script = lambda ask, call: (
            TimedOut(BANANA.id, "", "maybe") if "warm smile" in ask.prompt else None
        )
        front, profile, _ = await draw(harness, await start(harness, round_id, FRONT, PROFILE, SMILE))
        await harness.casting.character_sheets.keep(round_id, front.id, LEAD)
        await harness.casting.character_sheets.give_opinion(round_id, profile.id, DIRECTOR, 5, same=False)
        archive = await harness.casting.face_download.archive(round_id, DIRECTOR)
        with ZipFile(BytesIO(archive.data)) as zipped:
            files = {name.removeprefix("Maya-1/"): zipped.read(name) for name in zipped.namelist()}
        record = json.loads(files["Maya-1-sheet.json"])
        assert [(v["view"], v["file"], v["decision"]) for v in record["views"]] == [
            ("front", "Maya-1-sheet-front.png", "kept"),
            ("profile", "Maya-1-sheet-profile.png", "open"),
        ]
        assert (record["views"][1]["same_person"], record["views"][1]["drifted"]) == (0, 1)
        assert record["missing"] == [{"view": "smile", "model": BANANA.id, "reason": "timed_out"}]
        assert LEAD not in files["Maya-1-sheet.json"].decode()
        for view in record["views"]:
            assert hashlib.sha256(files[view["file"]]).hexdigest() == view["sha256"]
            assert f"{view['sha256']}  {view['file']}" in files["Maya-1-SHA256SUMS"].decode()
        assert "Maya-1-sheet-profile.png  a view of the character sheet" in files["Maya-1-README.txt"].decode()
        assert "Maya-1-sheet.json  which file is which view" in files["Maya-1-README.txt"].decode()
        kling = next(tool for tool in record["for_video_tools"] if tool["tool"] == "Kling element")
        assert kling["files"] == ["Maya-1-sheet-front.png", "Maya-1-sheet-profile.png"]
        assert kling["source"].startswith("https://")
        with Image.open(BytesIO(files["Maya-1-sheet.jpg"])) as sheet:
            assert sheet.format == "JPEG"
        folder = tmp_path / "export"
        await export(Settings(data_dir=tmp_path, _env_file=None), FILM.channel, folder)
        assert (folder / "Maya-1" / "Maya-1-sheet-front.png").read_bytes() == files["Maya-1-sheet-front.png"]


async def test_deleting_the_character_deletes_views_opinions_files_and_messages(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = await draw(harness, await start(harness, round_id, FRONT))
        await harness.casting.character_sheets.give_opinion(round_id, attempt.id, DIRECTOR, 5, same=True)
        face = await harness.storage.roster.get_face(round_id)
        assert face
        assert attempt.portrait
        deletion = await harness.casting.deletion.request(
            DeletionRequest(face.character_id, FILM, LEAD, "Maya", "the film was cancelled")
        )
        await harness.casting.deletion.run(deletion.id)
        assert (await harness.storage.sheets.load(round_id)).attempts == ()
        assert not await harness.storage.portraits.has(attempt.portrait.key)
        assert "V1" in harness.slack_files.deleted
        assert (FILM, attempt.message_ts) in harness.slack_messages.deleted


async def test_a_deletion_waits_for_views_in_progress(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        face = await harness.storage.roster.get_face(round_id)
        assert face
        started = await start(harness, round_id, FRONT)
        assert not await harness.storage.deletions.is_settled(face.character_id)
        await draw(harness, started)
        assert await harness.storage.deletions.is_settled(face.character_id)


async def test_retention_deletes_who_said_what_and_keeps_the_counts(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = await draw(harness, await start(harness, round_id, FRONT))
        sheets = harness.casting.character_sheets
        await sheets.give_opinion(round_id, attempt.id, DIRECTOR, harness.casting.ports.now_us(), same=True)
        harness.advance(days=4000)
        await sheets.give_opinion(round_id, attempt.id, PRODUCER, harness.casting.ports.now_us(), same=False)
        await harness.casting.retention.run()
        assert (await harness.storage.sheets.load(round_id)).opinions_on(attempt) == Opinions(1, 1)
        assert not [name for name in await columns_with(harness.storage, DIRECTOR) if "sheet_opinions" in name]


async def test_cleanup_keeps_the_pictures_of_views(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = await draw(harness, await start(harness, round_id, FRONT))
        harness.advance(days=3)
        await harness.casting.orphan_cleanup.run()
        assert attempt.portrait
        assert await harness.storage.portraits.has(attempt.portrait.key)


async def test_a_reported_face_hides_its_views_until_the_lead_decides(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = await draw(harness, await start(harness, round_id, FRONT))
        locked = await harness.get_round(round_id)
        assert locked.locked_slot
        await harness.casting.reporting.report(round_id, locked.locked_slot, DIRECTOR, "looks like my neighbour")
        assert (await harness.storage.sheets.get(attempt.id)).file_id == ""
        assert "V1" in await harness.storage.reports.list_hidden_files(round_id)
        for call in (harness.casting.character_sheets.options, harness.casting.character_sheets.list_views):
            with pytest.raises(NotAvailableHere):
                await call(round_id, LEAD)
        await harness.casting.draw_sheet_view.show_sheet_view(attempt.id)
        assert len(harness.publisher.unshared_pictures) == 1, "nothing is uploaded while the face is hidden"
        await harness.casting.reporting.show_again(locked.locked_slot, LEAD)
        assert ("sheet_view", attempt.id) in harness.started_jobs
        await harness.casting.draw_sheet_view.show_sheet_view(attempt.id)
        assert (await harness.storage.sheets.get(attempt.id)).file_id == "V2"


async def test_a_report_of_another_candidate_leaves_the_views(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        (attempt,) = await draw(harness, await start(harness, round_id, FRONT))
        locked = await harness.get_round(round_id)
        other = next(slot for slot in locked.candidates if slot.id != locked.locked_slot)
        await harness.casting.reporting.report(round_id, other.id, DIRECTOR, "wrong")
        assert (await harness.storage.sheets.get(attempt.id)).file_id == "V1"
        assert not {"V1", "P1-0"} & set(await harness.storage.reports.list_hidden_files(round_id))


async def test_history_names_who_ordered_views_and_who_kept_which(tmp_path: Path) -> None:
    async with harness_with_face(tmp_path) as (harness, round_id):
        front, _ = await draw(harness, await start(harness, round_id, FRONT, PROFILE, person=DIRECTOR))
        await harness.casting.character_sheets.keep(round_id, front.id, LEAD)
        found = await harness.casting.history.get_by_name("Maya", PRODUCER, FILM)
        events = {event.kind: event for event in found.events}
        ordered, kept = events["sheet"], events["sheet_kept"]
        assert (ordered.people, ordered.count, ordered.usd) == ((DIRECTOR,), 2, 2 * PRICE)
        assert (kept.people, kept.detail) == ((LEAD,), "Front")
