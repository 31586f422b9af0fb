"""The port `Productions`: each channel's production and its settings."""

from collections.abc import Sequence

from sqlalchemy import select, update

from bot.domain.audit import AuditEvent
from bot.domain.ids import ChannelRef
from bot.domain.production import Production, ProductionSettings
from storage.audit_log import add_audit_event
from storage.db.repository import SqlRepository
from storage.db.rows import is_at
from storage.db.tables import channels, productions
from storage.productions import join as productions_join
from storage.productions import move as productions_move
from storage.productions.lookup import list_productions, lock_production_row


class SqlProductions(SqlRepository):
    """Productions in a database."""

    async def get(self, place: ChannelRef) -> Production:
        production_id = select(channels.c.production_id).where(is_at(channels, place)).scalar_subquery()
        async with self._database.single_query() as connection:
            found = await list_productions(connection, productions.c.id == production_id)
        return found[0] if found else Production("", place, (place.channel,))

    async def list_all(self, team: str) -> Sequence[Production]:
        async with self._database.single_query() as connection:
            return await list_productions(connection, productions.c.team == team)

    async def save(
        self,
        place: ChannelRef,
        name: str,
        settings: ProductionSettings,
        *audit_events: AuditEvent,
        expected_digest: str | None = None,
    ) -> Production:
        async with self._database.transaction() as connection:
            production_id = (await lock_production_row(connection, place, expected_digest)).id
            statement = update(productions).where(productions.c.id == production_id)
            await connection.execute(statement.values(name=name, settings=settings))
            for audit_event in audit_events:
                await add_audit_event(connection, audit_event)
            return (await list_productions(connection, productions.c.id == production_id))[0]

    async def join(
        self, place: ChannelRef, production_id: str, audit_event: AuditEvent, expected_digest: str | None = None
    ) -> Production:
        async with self._database.transaction() as connection:
            return await productions_join.merge_channel(connection, place, production_id, audit_event, expected_digest)

    async def move_channel(self, place: ChannelRef, channel: str) -> Sequence[str]:
        async with self._database.transaction() as connection:
            return await productions_move.move_channel(connection, place, channel)

    async def current_channel(self, place: ChannelRef) -> ChannelRef:
        async with self._database.snapshot() as connection:
            return await productions_move.current_channel(connection, place)
