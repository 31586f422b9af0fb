"""The port `TargetRepository`: one row for each face and target."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select

from bot.domain.audit import AuditEvent
from bot.domain.target import Reporter, TargetReport, target_key
from storage.audit_log import add_audit_event
from storage.db.face_tables import faces
from storage.db.repository import SqlRepository, save_row
from storage.db.webhook_tables import face_targets
from storage.replicas.redraw_marks import mark_redraw


class SqlTargetRepository(SqlRepository):
    """Reports in a database."""

    async def list_for_face(self, round_id: str) -> Sequence[TargetReport]:
        query = select(face_targets).where(face_targets.c.round_id == round_id).order_by(face_targets.c.target_key)
        async with self._database.snapshot() as connection:
            return [_report_from_row(row) for row in (await connection.execute(query)).mappings()]

    async def save(self, report: TargetReport, audit_event: AuditEvent) -> bool:
        key = {"round_id": report.round_id, "target_key": target_key(report.target)}
        async with self._database.transaction() as connection:
            # The lock on the face lets two reports wait for each other.
            face = select(faces.c.round_id).where(faces.c.round_id == report.round_id).with_for_update()
            if await connection.scalar(face) is None:
                return False
            stored = (await connection.execute(select(face_targets).filter_by(**key))).one_or_none()
            if stored and (stored.state, stored.external_id) == (report.state, report.external_id):
                return False
            await save_row(connection, face_targets, key | _values(report))
            await add_audit_event(connection, audit_event)
            await mark_redraw(connection, report.round_id, urgent=True)
            return True


def _values(report: TargetReport) -> dict[str, object]:
    reporter = report.reporter
    values = {name: getattr(report, name) for name in ("target", "state", "external_id", "at")}
    return values | {"source": reporter.source, "person": reporter.person, "reporter": reporter.name}


def _report_from_row(row: RowMapping) -> TargetReport:
    reporter = Reporter(row["source"], row["person"], row["reporter"])
    return TargetReport(row["round_id"], row["target"], row["state"], row["external_id"], row["at"], reporter)
