"""Briefs that wait for somebody to say yes, or to fill in a form."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import Brief
from bot.face import Place
from bot.ports import Wanted
from storage.database import upsert
from storage.tables import wishes


async def keep(connection: AsyncConnection, wish: Wanted) -> None:
    """Write a wish; one that is kept already stays as it is."""
    row = {"id": wish.id, "team": wish.place.team, "channel": wish.place.channel, "person": wish.person}
    kept = upsert(connection, wishes).values(**row, brief=wish.brief, lead=wish.lead, asked_in=wish.asked_in)
    await connection.execute(kept.on_conflict_do_nothing())


async def revise(connection: AsyncConnection, wish_id: str, brief: Brief, stamp: int | None) -> bool:
    """Put `brief` in the place of the one kept, unless a later stamp did; whether it stands now."""
    kept = update(wishes).where(wishes.c.id == wish_id)
    newer = (
        kept.values(brief=brief)
        if stamp is None
        else kept.where(wishes.c.stamp <= stamp).values(brief=brief, stamp=stamp)
    )
    return (await connection.execute(newer)).rowcount == 1


async def find(connection: AsyncConnection, wish_id: str) -> Wanted | None:
    row = (await connection.execute(select(wishes).where(wishes.c.id == wish_id))).one_or_none()
    if row is None:
        return None
    return Wanted(row.id, Place(row.team, row.channel), row.person, row.brief, row.lead, row.asked_in)
