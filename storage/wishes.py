"""Briefs that wait for somebody to say yes to a re-cast."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.face import Place
from bot.ports import Wanted
from storage.database import upsert
from storage.tables import wishes


async def keep(connection: AsyncConnection, wish: Wanted) -> None:
    """Write a wish; one that is kept already stays as it is."""
    row = {"id": wish.id, "team": wish.place.team, "channel": wish.place.channel}
    kept = upsert(connection, wishes).values(**row, person=wish.person, brief=wish.brief)
    await connection.execute(kept.on_conflict_do_nothing())


async def find(connection: AsyncConnection, wish_id: str) -> Wanted | None:
    row = (await connection.execute(select(wishes).where(wishes.c.id == wish_id))).one_or_none()
    return Wanted(row.id, Place(row.team, row.channel), row.person, row.brief) if row else None
