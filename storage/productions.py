"""The port `Productions`: what a channel casts for, and by which customs."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deed import Deed
from bot.face import Place
from bot.production import Customs, Production
from storage.chronicle import write
from storage.database import Database, upsert
from storage.tables import channels, productions


class SqlProductions:
    """Productions in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, place: Place) -> Production:
        theirs = select(channels.c.production_id).where(*_at(place)).scalar_subquery()
        async with self._database.read() as connection:
            found = await _load(connection, productions.c.id == theirs)
        return found[0] if found else Production("", place, (place.channel,))

    async def all(self, team: str) -> Sequence[Production]:
        async with self._database.read() as connection:
            return await _load(connection, productions.c.team == team)

    async def keep(self, place: Place, name: str, customs: Customs, deed: Deed) -> Production:
        async with self._database.change() as connection:
            production_id = await production_of(connection, place)
            kept = update(productions).where(productions.c.id == production_id)
            await connection.execute(kept.values(name=name, customs=customs))
            await write(connection, deed)
            return (await _load(connection, productions.c.id == production_id))[0]


async def production_of(connection: AsyncConnection, place: Place) -> str:
    """The id of the production a conversation casts for, made with the conversation as its home if there is none.

    The update of a row with itself holds the row, so that on PostgreSQL two who make it wait for each other, and
    returns the id of a row that stood there already, which DO NOTHING would not.
    """
    if known := await connection.scalar(select(channels.c.production_id).where(*_at(place))):
        return str(known)
    here = {"team": place.team, "channel": place.channel}
    made = upsert(connection, productions).values(id=uuid4().hex, **here)
    held = made.on_conflict_do_update(index_elements=["team", "channel"], set_={"team": place.team})
    production_id = str(await connection.scalar(held.returning(productions.c.id)))
    casts = upsert(connection, channels).values(**here, production_id=production_id)
    await connection.execute(casts.on_conflict_do_nothing())
    return production_id


async def _load(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Production]:
    rows = await connection.execute(select(productions).where(which).order_by(func.lower(productions.c.name)))
    found = {
        row.id: Production(row.id, Place(row.team, row.channel), (), row.name, row.customs or Customs()) for row in rows
    }
    theirs = select(channels.c.production_id, channels.c.channel).where(channels.c.production_id.in_(found))
    for row in await connection.execute(theirs.order_by(channels.c.channel)):
        known = found[row.production_id]
        found[row.production_id] = replace(known, channels=(*known.channels, row.channel))
    return list(found.values())


def _at(place: Place) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return channels.c.team == place.team, channels.c.channel == place.channel
