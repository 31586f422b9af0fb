"""The port `TargetRepository`: one row for each face and target."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select

from bot.domain.audit import AuditEvent
from bot.domain.target import Reporter, TargetReport, target_key
from storage.audit_log import add_audit_event
from storage.db.engine import Database, upsert
from storage.db.face_tables import faces
from storage.db.webhook_tables import face_targets
from storage.replicas.redraw_marks import mark_redraw


class SqlTargetRepository:
    """Reports in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
            is_row = [face_targets.c[name] == value for name, value in key.items()]
            stored = (await connection.execute(select(face_targets).where(*is_row))).one_or_none()
            if stored and (stored.state, stored.external_id) == (report.state, report.external_id):
                return False
            values = {
                "target": report.target,
                "state": report.state,
                "external_id": report.external_id,
                "at": report.at,
                "source": report.reporter.source,
                "person": report.reporter.person,
                "reporter": report.reporter.name,
            }
            statement = upsert(connection, face_targets).values(**key, **values)
            await connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
            await add_audit_event(connection, audit_event)
            await mark_redraw(connection, report.round_id, urgent=True)
            return True


def _report_from_row(row: RowMapping) -> TargetReport:
    reporter = Reporter(row["source"], row["person"], row["reporter"])
    return TargetReport(row["round_id"], row["target"], row["state"], row["external_id"], row["at"], reporter)
