"""The port `AuditLog`: append-only audit events."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.ids import ChannelRef
from storage.db.engine import Database
from storage.db.tables import audit_log, channels


class SqlAuditLog:
    """Audit events in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, audit_event: AuditEvent) -> None:
        async with self._database.transaction() as connection:
            await add_audit_event(connection, audit_event)

    async def list_for_character(self, character_id: str) -> Sequence[AuditEvent]:
        return await self._list_events(audit_log.c.character_id == character_id)

    async def list_for_production(self, place: ChannelRef) -> Sequence[AuditEvent]:
        is_channel = (channels.c.team == place.team) & (channels.c.channel == place.channel)
        production_id = select(channels.c.production_id).where(is_channel).scalar_subquery()
        channel_query = select(channels.c.channel).where(channels.c.production_id == production_id)
        condition = (
            (audit_log.c.team == place.team) & audit_log.c.channel.in_(channel_query) & (audit_log.c.character_id == "")
        )
        return await self._list_events(condition)

    async def _list_events(self, condition: ColumnElement[bool]) -> list[AuditEvent]:
        rows = await self._database.fetch_all(select(audit_log).where(condition).order_by(audit_log.c.id))
        return [
            AuditEvent(r.action, ChannelRef(r.team, r.channel), r.person, r.at, r.character_id, r.round_id, r.detail)
            for r in rows
        ]


async def add_audit_event(connection: AsyncConnection, audit_event: AuditEvent) -> None:
    """Add an event in the transaction of the change that it records."""
    row = {name: value for name, value in vars(audit_event).items() if name != "place"}
    await connection.execute(
        insert(audit_log).values(**row, team=audit_event.place.team, channel=audit_event.place.channel)
    )
