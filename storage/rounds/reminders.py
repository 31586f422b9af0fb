"""Who was written to because their vote is missing, once for each ballot."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ballot import BallotStage
from storage.db.engine import upsert
from storage.db.tables import reminders


async def list_reminded(connection: AsyncConnection, round_id: str, stage: BallotStage) -> frozenset[str]:
    query = select(reminders.c.person).where(reminders.c.round_id == round_id, reminders.c.stage == stage)
    return frozenset(await connection.scalars(query))


async def claim(connection: AsyncConnection, round_id: str, person: str, stage: BallotStage, at: datetime) -> bool:
    """Write that the person is being told; False when that stands there already."""
    row = {"round_id": round_id, "person": person, "stage": stage, "at": at}
    result = await connection.execute(upsert(connection, reminders).values(row).on_conflict_do_nothing())
    return result.rowcount == 1


async def release(connection: AsyncConnection, round_id: str, person: str, stage: BallotStage) -> None:
    await connection.execute(delete(reminders).where(_is_reminder(round_id, person, stage)))


async def clear(connection: AsyncConnection, round_id: str) -> None:
    """The deadline moved on. That every vote was in stays said: it is kept under no name."""
    condition = (reminders.c.round_id == round_id) & (reminders.c.person != "")
    await connection.execute(delete(reminders).where(condition))


def _is_reminder(round_id: str, person: str, stage: BallotStage) -> ColumnElement[bool]:
    return (reminders.c.round_id == round_id) & (reminders.c.person == person) & (reminders.c.stage == stage)
