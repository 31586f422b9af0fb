"""The port `PictureReports`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.round import Round
from bot.ports.reports import Report
from storage.audit_log import add_audit_event
from storage.db.erasure_tables import is_unsettled, posted_files, reports
from storage.db.face_tables import sheet_views, upscales
from storage.db.repository import SqlRepository, upsert
from storage.db.tables import rounds, slots
from storage.erasure.round_files import delete_uploads, list_hidden_files, list_slack_files
from storage.replicas.redraw_marks import mark_redraw
from storage.rounds.queries import list_rounds, round_by_id


class SqlPictureReports(SqlRepository):
    """Reports in a database."""

    async def add(self, report: Report) -> None:
        round_id, fields = report.round_id, ("team", "round_id", "slot_id", "person", "reason", "at")
        row = {"id": uuid4().hex} | {name: getattr(report, name) for name in fields}
        async with self._database.transaction() as connection:
            await _lock_round(connection, round_id)
            await connection.execute(insert(reports).values(row))
            await _keep_file_ids(connection, round_id)
            is_reported = _is_candidate_or_view([report.slot_id])
            is_shown = and_(is_reported, slots.c.round_id == round_id, slots.c.reported_at.is_(None))
            hidden = {"reported_at": report.at, "file_id": "", "original_file": ""}
            await connection.execute(update(slots).where(is_shown).values(**hidden))
            is_first = and_(rounds.c.id == round_id, rounds.c.reported_at.is_(None))
            await connection.execute(update(rounds).where(is_first).values(reported_at=report.at))
            await _drop_sheet(connection, round_id)
            round_ = await round_by_id(connection, round_id)
            if round_.is_face_hidden:
                await _drop_record(connection, round_, "")
            round_ = await round_by_id(connection, round_id)
            await delete_uploads(connection, round_id, await list_hidden_files(connection, round_))
            await mark_redraw(connection, round_id, urgent=True)

    async def show_again(self, round_id: str, slot_id: str, audit_event: AuditEvent) -> bool:
        async with self._database.transaction() as connection:
            await _lock_round(connection, round_id)
            before = await round_by_id(connection, round_id)
            if slot_id not in {slot.id for slot in before.hidden}:
                return False
            shown_again = [slot.id for slot in before.hidden if slot.id == slot_id or not slot.reported_at]
            # Files that were deleted are missing, and so uploaded again; an expired portrait stays without one.
            is_shown_again = _is_candidate_or_view(shown_again)
            has_portrait = and_(is_shown_again, slots.c.portrait.is_not(None), slots.c.file_id == "")
            missing = {"file_id": None, "original_file": None}
            await connection.execute(update(slots).where(has_portrait).values(**missing))
            await connection.execute(update(slots).where(is_shown_again).values(reported_at=None))
            if not {slot.id for slot in before.hidden} - set(shown_again):
                await connection.execute(update(rounds).where(rounds.c.id == round_id).values(reported_at=None))
            if before.is_face_hidden and before.locked_slot in shown_again:
                await _drop_record(connection, before, None)
            await _drop_sheet(connection, round_id)
            is_report = and_(reports.c.round_id == round_id, reports.c.slot_id.in_(["", slot_id]))
            await connection.execute(update(reports).where(is_report).values(settled_at=None))
            await add_audit_event(connection, audit_event)
            await mark_redraw(connection, round_id, urgent=True)
            return True

    async def list_hidden_files(self, round_id: str) -> Sequence[str]:
        async with self._database.snapshot() as connection:
            return sorted(await list_hidden_files(connection, await round_by_id(connection, round_id)))

    async def forget_files(self, round_id: str, file_ids: Collection[str]) -> None:
        is_deleted = and_(posted_files.c.round_id == round_id, posted_files.c.file_id.in_(file_ids))
        await self._database.execute(delete(posted_files).where(is_deleted))

    async def list_unsettled(self) -> Sequence[str]:
        return await self._database.fetch_column(select(reports.c.round_id).where(is_unsettled).distinct())

    async def settle(self, seen: Round, at: datetime) -> None:
        async with self._database.transaction() as connection:
            await _lock_round(connection, seen.id)
            now = await round_by_id(connection, seen.id)
            if [slot.id for slot in now.hidden] == [slot.id for slot in seen.hidden]:
                is_settled = and_(is_unsettled, reports.c.round_id == seen.id)
                await connection.execute(update(reports).where(is_settled).values(settled_at=at))

    async def list_hidden_faces(self, round_ids: Collection[str]) -> frozenset[str]:
        is_reported = and_(rounds.c.id.in_(round_ids), rounds.c.reported_at.is_not(None))
        async with self._database.snapshot() as connection:
            return frozenset(found.id for found in await list_rounds(connection, is_reported) if found.is_face_hidden)


def _is_candidate_or_view(slot_ids: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition for candidates, and for the views of them in a callback."""
    is_view = and_(slots.c.variation_of_slot_id.in_(slot_ids), slots.c.situation != "")
    return or_(slots.c.id.in_(slot_ids), is_view)


async def _lock_round(connection: AsyncConnection, round_id: str) -> None:
    await connection.execute(select(rounds.c.id).where(rounds.c.id == round_id).with_for_update())


async def _keep_file_ids(connection: AsyncConnection, round_id: str) -> None:
    """Store which files show the round, before its rows forget them: they are deleted in Slack afterwards."""
    files = await list_slack_files(connection, round_id)
    if files:
        rows = [{"round_id": round_id, "file_id": file_id} for file_id in sorted(files)]
        await connection.execute(upsert(connection, posted_files).on_conflict_do_nothing(), rows)


async def _drop_sheet(connection: AsyncConnection, round_id: str) -> None:
    """Forget the contact sheet and the other pictures of several candidates: others are drawn."""
    statement = update(rounds).where(rounds.c.id == round_id)
    await connection.execute(statement.values(sheet_file=None, sheet_candidate_count=0))
    await delete_uploads(connection, round_id, set())


async def _drop_record(connection: AsyncConnection, round_: Round, missing: str | None) -> None:
    """Forget the picture of the record, those of upscales and views; "" keeps them away, None lets them be uploaded."""
    await connection.execute(update(rounds).where(rounds.c.id == round_.id).values(record_file=missing))
    is_uploaded = and_(upscales.c.round_id == round_.id, upscales.c.file_id.is_not(None))
    await connection.execute(update(upscales).where(is_uploaded).values(pair_file=missing, file_id=missing))
    is_shown = and_(sheet_views.c.round_id == round_.id, sheet_views.c.file_id.is_not(None))
    await connection.execute(update(sheet_views).where(is_shown).values(file_id=missing))
