"""The port `AuditLog`: append-only audit events."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import DOOR_USED, AuditEvent
from bot.domain.ids import ChannelRef
from storage.db.repository import SqlRepository
from storage.db.rows import is_at, to_row, with_place
from storage.db.tables import audit_log, channels

_COLUMNS = [column for column in audit_log.c if column is not audit_log.c.id]


class SqlAuditLog(SqlRepository):
    """Audit events in a database."""

    async def add(self, audit_event: AuditEvent) -> None:
        async with self._database.transaction() as connection:
            await add_audit_event(connection, audit_event)

    async def list_for_character(self, character_id: str) -> Sequence[AuditEvent]:
        return await self._list_events(audit_log.c.character_id == character_id)

    async def list_for_production(self, place: ChannelRef) -> Sequence[AuditEvent]:
        production_id = select(channels.c.production_id).where(is_at(channels, place)).scalar_subquery()
        channel_query = select(channels.c.channel).where(channels.c.production_id == production_id)
        is_of_channels = (audit_log.c.team == place.team) & audit_log.c.channel.in_(channel_query)
        condition = is_of_channels & (audit_log.c.character_id == "") & (audit_log.c.action != DOOR_USED)
        return await self._list_events(condition)

    async def _list_events(self, condition: ColumnElement[bool]) -> list[AuditEvent]:
        rows = await self._database.fetch_all(select(*_COLUMNS).where(condition).order_by(audit_log.c.id))
        return [AuditEvent(**with_place(row._asdict())) for row in rows]


async def add_audit_event(connection: AsyncConnection, audit_event: AuditEvent) -> None:
    """Add an event in the transaction of the change that it records."""
    await connection.execute(insert(audit_log).values(to_row(audit_event)))
