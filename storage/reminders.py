"""Who was written to because their vote is missing, once for each ballot."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballot import Leg
from storage.database import upsert
from storage.tables import reminders


async def reminded(connection: AsyncConnection, round_id: str, leg: Leg) -> frozenset[str]:
    told = select(reminders.c.person).where(reminders.c.round_id == round_id, reminders.c.leg == leg)
    return frozenset(await connection.scalars(told))


async def take(connection: AsyncConnection, round_id: str, person: str, leg: Leg, at: datetime) -> bool:
    """Write that the person is being told; False when that stands there already."""
    row = {"round_id": round_id, "person": person, "leg": leg, "at": at}
    written = await connection.execute(upsert(connection, reminders).values(row).on_conflict_do_nothing())
    return written.rowcount == 1


async def give_back(connection: AsyncConnection, round_id: str, person: str, leg: Leg) -> None:
    await connection.execute(delete(reminders).where(_is(round_id, person, leg)))


async def forget(connection: AsyncConnection, round_id: str) -> None:
    """The deadline moved on. That every vote was in stays said: it is kept under no name."""
    told = (reminders.c.round_id == round_id) & (reminders.c.person != "")
    await connection.execute(delete(reminders).where(told))


def _is(round_id: str, person: str, leg: Leg) -> ColumnElement[bool]:
    return (reminders.c.round_id == round_id) & (reminders.c.person == person) & (reminders.c.leg == leg)
