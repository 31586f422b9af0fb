"""Which messages changed and were not redrawn yet, for processes that share a PostgreSQL database.

A change writes its mark in its own transaction. The process that presents the workspace gets a notification, or finds
the mark a second later. On SQLite the one process keeps this in memory, and nothing is written.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports.redraws import RedrawMark
from storage.db.clock import database_now_us, seconds_ago_us
from storage.db.engine import Database
from storage.db.notifications import DatabaseNotifications
from storage.db.replica_tables import is_undrawn, message_updates, redraw_marks
from storage.db.tables import rounds

CHANNEL = "castroom_redraws"
_KEEP_SECONDS = 3_600.0
# Somewhat more than the window of the update budget, which leaves out what is older.
_COUNTED_SECONDS = 90.0


async def mark_redraw(connection: AsyncConnection, round_id: str, *, urgent: bool = False) -> None:
    """Mark the round's message in the transaction of a change; does nothing on SQLite."""
    if connection.dialect.name == "postgresql":
        found = select(rounds.c.id, rounds.c.team).where(rounds.c.id == round_id)
        await connection.execute(insert_marks(found, urgent=urgent))


def insert_marks(found: Select[tuple[str, str]], *, urgent: bool = False) -> postgresql.Insert:
    """Return the statement that marks the messages of rounds; `found` selects their id and workspace."""
    marked = found.add_columns(literal(1, BigInteger), literal(urgent), database_now_us)
    columns = ("round_id", "team", "version", "urgent", "changed_at")
    insertion = postgresql.insert(redraw_marks).from_select(columns, marked)
    return insertion.on_conflict_do_update(
        index_elements=["round_id"],
        set_={
            "version": redraw_marks.c.version + 1,
            "urgent": redraw_marks.c.urgent | insertion.excluded.urgent,
            "changed_at": insertion.excluded.changed_at,
        },
    )


class SqlRedrawMarks:
    """Implementation of the port RedrawMarks on PostgreSQL."""

    def __init__(self, database: Database, notifications: DatabaseNotifications) -> None:
        self._database = database
        self._notifications = notifications

    def listen(self, callback: Any) -> None:
        def call_back(payload: str) -> None:
            team, round_id, urgent = payload.split(" ")
            callback(team, round_id, bool(urgent))

        self._notifications.listen(CHANNEL, call_back)

    async def mark(self, *round_ids: str, urgent: bool = False) -> None:
        # In the order of their ids: two processes that mark the same rounds must not wait for each other.
        found = select(rounds.c.id, rounds.c.team).where(rounds.c.id.in_(round_ids)).order_by(rounds.c.id)
        payload = func.concat(redraw_marks.c.team, " ", redraw_marks.c.round_id, " urgent" if urgent else " ")
        await self._database.execute(insert_marks(found, urgent=urgent).returning(func.pg_notify(CHANNEL, payload)))

    async def begin(self, round_id: str, team: str) -> int:
        async with self._database.transaction() as connection:
            await connection.execute(insert(message_updates).values(team=team, at=database_now_us))
            query = select(redraw_marks.c.version).where(redraw_marks.c.round_id == round_id)
            return int(await connection.scalar(query) or 0)

    async def finish(self, round_id: str, version: int) -> None:
        statement = update(redraw_marks).where(
            redraw_marks.c.round_id == round_id, redraw_marks.c.drawn_version < version
        )
        is_newest = redraw_marks.c.version == version
        await self._database.execute(statement.values(drawn_version=version, urgent=redraw_marks.c.urgent & ~is_newest))

    async def list_undrawn(self, older_than: float) -> Sequence[RedrawMark]:
        return await self._list(is_undrawn & (redraw_marks.c.changed_at < seconds_ago_us(older_than)))

    async def list_changed(self, team: str, within: float) -> Sequence[RedrawMark]:
        is_recent = redraw_marks.c.changed_at > seconds_ago_us(within)
        return await self._list((redraw_marks.c.team == team) & (is_recent | is_undrawn))

    async def update_ages(self, team: str) -> Sequence[float]:
        age = (database_now_us - message_updates.c.at) / 1e6
        query = select(age).where(
            message_updates.c.team == team, message_updates.c.at > seconds_ago_us(_COUNTED_SECONDS)
        )
        return [float(value) for value in await self._database.fetch_column(query.order_by(message_updates.c.at))]

    async def purge(self) -> None:
        """Delete what is an hour old and drawn."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(message_updates).where(message_updates.c.at < seconds_ago_us(_KEEP_SECONDS))
            )
            is_old = redraw_marks.c.changed_at < seconds_ago_us(_KEEP_SECONDS)
            await connection.execute(delete(redraw_marks).where(is_old & ~is_undrawn))

    async def _list(self, condition: Any) -> Sequence[RedrawMark]:
        columns = (redraw_marks.c.round_id, redraw_marks.c.team, redraw_marks.c.version, redraw_marks.c.urgent)
        query = select(*columns).where(condition).order_by(redraw_marks.c.urgent.desc(), redraw_marks.c.changed_at)
        return [RedrawMark(*row) for row in await self._database.fetch_all(query)]
