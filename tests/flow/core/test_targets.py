"""Reports about a face in pipeline targets, by people and programs, over a real database."""

from dataclasses import replace
from io import BytesIO
from json import loads
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.domain.errors import BriefError, NotAvailableHere, PermissionDenied
from bot.domain.production import ProductionSettings
from bot.domain.target import Reporter, ReportSource, TargetInput, TargetState
from bot.domain.users import User
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness

ACCEPTED = TargetInput("Runway", TargetState.ACCEPTED, "asset://17")


async def lock_with_targets(harness: CastingHarness, *targets: str) -> str:
    round_id = await harness.run_to_lock()
    await harness.storage.productions.save(FILM, "", ProductionSettings(targets=targets))
    return round_id


async def package_record(harness: CastingHarness, round_id: str) -> dict[str, object]:
    archive = await harness.casting.face_download.archive(round_id, LEAD)
    with ZipFile(BytesIO(archive.data)) as opened:
        name = next(name for name in opened.namelist() if name.endswith("record.json"))
        found: dict[str, object] = loads(opened.read(name))
    return found


async def test_a_report_shows_who_said_it_in_record_package_and_history(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        round_id = await lock_with_targets(harness, "Runway", "Kling")
        targets = harness.casting.targets
        assert await targets.report_by_person(round_id, DIRECTOR, ACCEPTED)
        assert ("schedule_redraw", round_id) in harness.publisher.events
        (runway, report), kling = (await targets.form(round_id, DIRECTOR)).targets
        assert report
        assert (runway, report.state, report.external_id, report.reporter.person, report.at) == (
            *("Runway", TargetState.ACCEPTED, "asset://17", DIRECTOR),
            harness.now,
        )
        assert kling == ("Kling", None)
        record = await package_record(harness, round_id)
        at = harness.now.isoformat()
        untold = {"external_id": None, "at": None, "by": None, "through": None}
        assert record["targets"] == [
            {"target": "Runway", "state": "accepted", "external_id": "asset://17", "at": at, "by": DIRECTOR}
            | {"through": None},
            {"target": "Kling", "state": "not_tried"} | untold,
        ]
        history = await harness.casting.history.get_by_name("Maya", LEAD, FILM)
        assert "Runway\naccepted\nasset://17\n" in [event.detail for event in history.events]


async def test_a_program_reports_under_its_own_name(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        round_id = await lock_with_targets(harness, "Runway")
        face = await harness.storage.roster.get_face(round_id)
        assert face
        token = Reporter(ReportSource.TOKEN, LEAD, "render farm")
        assert await harness.casting.targets.report_by_program(face, ACCEPTED, token)
        assert not await harness.casting.targets.report_by_program(face, ACCEPTED, token), "it says nothing new"
        record = await package_record(harness, round_id)
        assert isinstance(record["targets"], list)
        assert record["targets"][0]["through"] == "token render farm"
        assert record["targets"][0]["by"] == LEAD


async def test_a_target_that_the_production_does_not_use_is_refused(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        round_id = await lock_with_targets(harness, "Kling")
        with pytest.raises(BriefError, match="not_used"):
            await harness.casting.targets.report_by_person(round_id, LEAD, ACCEPTED)
        assert await harness.storage.targets.list_for_face(round_id) == []


async def test_who_does_not_see_the_face_or_is_a_guest_reports_nothing(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        round_id = await lock_with_targets(harness, "Runway")
        harness.channel_access.users[DIRECTOR] = User(is_guest=True)
        with pytest.raises(PermissionDenied):
            await harness.casting.targets.report_by_person(round_id, DIRECTOR, ACCEPTED)
        settings = ProductionSettings(targets=("Runway",), may_start=(DIRECTOR,))
        await harness.storage.productions.save(FILM, "", settings)
        assert await harness.casting.targets.report_by_person(round_id, DIRECTOR, ACCEPTED)
        harness.channel_access.private_members[FILM] = {LEAD}
        with pytest.raises(NotAvailableHere):
            await harness.casting.targets.report_by_person(round_id, PRODUCER, replace(ACCEPTED, external_id=""))
        with pytest.raises(NotAvailableHere):
            await harness.casting.targets.form(round_id, PRODUCER)


async def test_hidden_pictures_take_no_report(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        round_id = await lock_with_targets(harness, "Runway")
        face = await harness.storage.roster.get_face(round_id)
        assert face
        await harness.casting.reporting.report(round_id, face.slot_id, PRODUCER, "looks like somebody")
        with pytest.raises(NotAvailableHere):
            await harness.casting.targets.report_by_program(face, ACCEPTED, Reporter(ReportSource.TOKEN, LEAD, "farm"))


async def test_a_report_outlives_the_end_of_a_target_and_is_not_shown_as_untried(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        round_id = await lock_with_targets(harness, "Runway")
        await harness.casting.targets.report_by_person(round_id, LEAD, ACCEPTED)
        await harness.storage.productions.save(FILM, "", ProductionSettings(targets=("Kling",)))
        form = await harness.casting.targets.form(round_id, LEAD)
        assert [(target, report and report.state) for target, report in form.targets] == [
            ("Kling", None),
            ("Runway", TargetState.ACCEPTED),
        ]
