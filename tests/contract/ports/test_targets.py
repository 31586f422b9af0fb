"""The port `TargetRepository`: one report for each face and target, with its entry in the audit log."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.audit import AuditEvent
from bot.domain.target import TARGET_REPORTED, Reporter, ReportSource, TargetReport, TargetState
from storage import Storage
from tests.support import storage_builders
from tests.support.storage_builders import NOW, PLACE, make_round, open_locked_round

clock, storage = storage_builders.clock, storage_builders.storage

REPORT = TargetReport("r1", "Runway", TargetState.ACCEPTED, "asset://1", NOW, Reporter(ReportSource.PERSON, "U1"))
EVENT = AuditEvent(TARGET_REPORTED, PLACE, "U1", NOW, "c1", "r1", "Runway\naccepted\nasset://1\n")


async def test_the_newest_report_of_a_target_replaces_the_one_before(storage: Storage) -> None:
    await open_locked_round(storage, make_round())
    assert await storage.targets.save(REPORT, EVENT)
    later = replace(
        REPORT,
        target="runway",
        state=TargetState.REFUSED,
        external_id="",
        at=NOW + timedelta(hours=1),
        reporter=Reporter(ReportSource.WEBHOOK, "U2", "hooks.example.com"),
    )
    assert await storage.targets.save(later, EVENT)
    kling = replace(REPORT, target="Kling", state=TargetState.NEEDS_APPROVAL)
    assert await storage.targets.save(kling, EVENT)
    assert await storage.targets.list_for_face("r1") == [kling, later]
    assert len(await storage.audit_log.list_for_character("c1")) == 3


async def test_a_repeated_report_changes_nothing_and_is_logged_once(storage: Storage) -> None:
    await open_locked_round(storage, make_round())
    again = replace(REPORT, at=NOW + timedelta(hours=1), reporter=Reporter(ReportSource.PERSON, "U2"))
    results = await asyncio.gather(*(storage.targets.save(report, EVENT) for report in (REPORT, again)))
    assert sorted(results) == [False, True]
    assert len(await storage.targets.list_for_face("r1")) == 1
    assert len(await storage.audit_log.list_for_character("c1")) == 1


async def test_a_round_without_a_face_takes_no_report(storage: Storage) -> None:
    assert not await storage.targets.save(REPORT, EVENT)
    assert await storage.audit_log.list_for_character("c1") == []


async def test_reports_are_deleted_with_their_round(storage: Storage) -> None:
    round_ = await open_locked_round(storage, make_round())
    await storage.targets.save(REPORT, replace(EVENT, character_id=round_.character_id))
    await storage.deletions.delete_round("r1", NOW)
    assert await storage.targets.list_for_face("r1") == []
    events = await storage.audit_log.list_for_character(round_.character_id)
    assert [event.detail for event in events if event.action == TARGET_REPORTED] == [""]
