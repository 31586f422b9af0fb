"""Which production a conversation casts for, inside a transaction."""

from dataclasses import replace
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import SettingsConflict
from bot.domain.ids import ChannelRef
from bot.domain.production import Production, ProductionSettings
from storage.db.engine import insert_new, upsert
from storage.db.tables import channels, productions


async def get_or_create_production_id(connection: AsyncConnection, place: ChannelRef) -> str:
    """The id of the production a conversation casts for, made with the conversation as its home if there is none.

    The update of a row with itself holds the row, so that on PostgreSQL two who make it wait for each other, and
    returns the id of a row that stood there already, which DO NOTHING would not.
    """
    if existing_id := await connection.scalar(select(channels.c.production_id).where(*channel_filter(place))):
        return str(existing_id)
    production_id = await home_production_id(connection, place)
    await insert_new(connection, channels, team=place.team, channel=place.channel, production_id=production_id)
    return production_id


async def home_production_id(connection: AsyncConnection, place: ChannelRef) -> str:
    """The id of the production that began in a conversation, made if there is none; it may cast for another now."""
    key = {"team": place.team, "channel": place.channel}
    insertion = upsert(connection, productions).values(id=uuid4().hex, **key)
    statement = insertion.on_conflict_do_update(index_elements=["team", "channel"], set_={"team": place.team})
    return str(await connection.scalar(statement.returning(productions.c.id)))


async def lock_production_row(
    connection: AsyncConnection, place: ChannelRef, expected_digest: str | None
) -> Production:
    """The production a conversation casts for, which nobody else can change until the transaction ends; raises Changed
    where it is not the one whose digest was `seen`."""
    production_id = await get_or_create_production_id(connection, place)
    await connection.execute(select(productions.c.id).where(productions.c.id == production_id).with_for_update())
    production = (await list_productions(connection, productions.c.id == production_id))[0]
    if expected_digest not in (None, production.digest):
        raise SettingsConflict
    return production


async def list_productions(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[Production]:
    rows = await connection.execute(select(productions).where(condition).order_by(func.lower(productions.c.name)))
    found = {
        row.id: Production(
            row.id, ChannelRef(row.team, row.channel), (), row.name, row.settings or ProductionSettings()
        )
        for row in rows
    }
    channel_query = select(channels.c.production_id, channels.c.channel).where(channels.c.production_id.in_(found))
    for row in await connection.execute(channel_query.order_by(channels.c.channel)):
        production = found[row.production_id]
        found[row.production_id] = replace(production, channels=(*production.channels, row.channel))
    return list(found.values())


def channel_filter(place: ChannelRef) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return channels.c.team == place.team, channels.c.channel == place.channel
