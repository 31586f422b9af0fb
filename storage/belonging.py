"""Which production a conversation casts for, inside a transaction."""

from dataclasses import replace
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Changed
from bot.face import Place
from bot.production import Customs, Production
from storage.database import upsert
from storage.tables import channels, productions


async def production_of(connection: AsyncConnection, place: Place) -> str:
    """The id of the production a conversation casts for, made with the conversation as its home if there is none.

    The update of a row with itself holds the row, so that on PostgreSQL two who make it wait for each other, and
    returns the id of a row that stood there already, which DO NOTHING would not.
    """
    if known := await connection.scalar(select(channels.c.production_id).where(*at(place))):
        return str(known)
    production_id = await own(connection, place)
    casts = upsert(connection, channels).values(team=place.team, channel=place.channel, production_id=production_id)
    await connection.execute(casts.on_conflict_do_nothing())
    return production_id


async def own(connection: AsyncConnection, place: Place) -> str:
    """The id of the production that began in a conversation, made if there is none; it may cast for another now."""
    here = {"team": place.team, "channel": place.channel}
    made = upsert(connection, productions).values(id=uuid4().hex, **here)
    held = made.on_conflict_do_update(index_elements=["team", "channel"], set_={"team": place.team})
    return str(await connection.scalar(held.returning(productions.c.id)))


async def hold(connection: AsyncConnection, place: Place, seen: str | None) -> Production:
    """The production a conversation casts for, which nobody else can change until the transaction ends; raises Changed
    where it is not the one whose digest was `seen`."""
    production_id = await production_of(connection, place)
    await connection.execute(select(productions.c.id).where(productions.c.id == production_id).with_for_update())
    held = (await load(connection, productions.c.id == production_id))[0]
    if seen not in (None, held.digest):
        raise Changed
    return held


async def terms_of(connection: AsyncConnection, place: Place, *, held: bool = False) -> tuple[str, Customs]:
    """The home channel of the production a conversation casts for, and its customs; `held`: nobody changes them, and
    the conversation casts for no other one, until the transaction ends."""
    theirs = select(productions.c.channel, productions.c.customs).join_from(channels, productions).where(*at(place))
    row = (await connection.execute(theirs.with_for_update(read=True) if held else theirs)).one_or_none()
    return (row.channel, row.customs or Customs()) if row else (place.channel, Customs())


async def load(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Production]:
    rows = await connection.execute(select(productions).where(which).order_by(func.lower(productions.c.name)))
    found = {
        row.id: Production(row.id, Place(row.team, row.channel), (), row.name, row.customs or Customs()) for row in rows
    }
    theirs = select(channels.c.production_id, channels.c.channel).where(channels.c.production_id.in_(found))
    for row in await connection.execute(theirs.order_by(channels.c.channel)):
        known = found[row.production_id]
        found[row.production_id] = replace(known, channels=(*known.channels, row.channel))
    return list(found.values())


def at(place: Place) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return channels.c.team == place.team, channels.c.channel == place.channel
