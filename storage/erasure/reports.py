"""The port `PictureReports`."""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert, update

from bot.domain.audit import AuditEvent
from storage.audit_log import add_audit_event
from storage.db.engine import Database
from storage.db.erasure_tables import reports
from storage.db.tables import rounds
from storage.replicas.redraw_marks import mark_redraw


class SqlPictureReports:
    """Reports in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, round_id: str, team: str, person: str, reason: str, at: datetime) -> None:
        row = {"id": uuid4().hex, "team": team, "round_id": round_id, "person": person, "reason": reason, "at": at}
        async with self._database.transaction() as connection:
            await connection.execute(insert(reports).values(row))
            is_shown = (rounds.c.id == round_id) & rounds.c.reported_at.is_(None)
            await connection.execute(update(rounds).where(is_shown).values(reported_at=at))
            await mark_redraw(connection, round_id, urgent=True)

    async def show_again(self, round_id: str, audit_event: AuditEvent) -> bool:
        async with self._database.transaction() as connection:
            is_hidden = (rounds.c.id == round_id) & rounds.c.reported_at.is_not(None)
            result = await connection.execute(update(rounds).where(is_hidden).values(reported_at=None))
            if result.rowcount:
                await add_audit_event(connection, audit_event)
                await mark_redraw(connection, round_id, urgent=True)
            return result.rowcount == 1
