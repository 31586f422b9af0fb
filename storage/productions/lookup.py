"""The production of a channel, read and locked in the caller's transaction."""

from itertools import groupby
from operator import attrgetter
from uuid import uuid4

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import SettingsConflict
from bot.domain.ids import ChannelRef
from bot.domain.production import Production, ProductionSettings
from storage.db.repository import insert_new, upsert
from storage.db.rows import is_at
from storage.db.tables import channels, characters, productions, rounds

_members = channels.alias("members")
_WITH_MEMBERS = productions.outerjoin(_members, _members.c.production_id == productions.c.id)


async def get_or_create_production_id(connection: AsyncConnection, place: ChannelRef) -> str:
    """Return the id of a channel's production; create one with the channel as its home if there is none."""
    if existing_id := await connection.scalar(select(channels.c.production_id).where(is_at(channels, place))):
        return str(existing_id)
    production_id = await home_production_id(connection, place)
    await insert_new(connection, channels, team=place.team, channel=place.channel, production_id=production_id)
    return production_id


async def home_production_id(connection: AsyncConnection, place: ChannelRef) -> str:
    """Return the id of the production whose home is the channel, created if missing.

    The upsert's no-op update locks the row, so that on PostgreSQL concurrent transactions wait for each other. It also
    returns the id of an existing row, which DO NOTHING would not.
    """
    key = {"team": place.team, "channel": place.channel}
    insertion = upsert(connection, productions).values(id=uuid4().hex, **key)
    statement = insertion.on_conflict_do_update(index_elements=["team", "channel"], set_={"team": place.team})
    return str(await connection.scalar(statement.returning(productions.c.id)))


async def lock_production_row(
    connection: AsyncConnection, place: ChannelRef, expected_digest: str | None
) -> Production:
    """Load a channel's production and lock its row; raises SettingsConflict if its digest is not the expected one."""
    production_id = await get_or_create_production_id(connection, place)
    await connection.execute(select(productions.c.id).where(productions.c.id == production_id).with_for_update())
    production = (await list_productions(connection, productions.c.id == production_id))[0]
    if expected_digest not in (None, production.digest):
        raise SettingsConflict
    return production


def is_cast_elsewhere(place: ChannelRef) -> ColumnElement[bool]:
    """Return the condition for characters that other channels than `place` cast as well."""
    return exists().where(rounds.c.character_id == characters.c.id, rounds.c.channel != place.channel)


async def list_productions(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[Production]:
    """Read productions with their channels in one statement, by name."""
    query = select(productions, _members.c.channel.label("member")).select_from(_WITH_MEMBERS).where(condition)
    query = query.order_by(func.lower(productions.c.name), productions.c.id, _members.c.channel)
    found = []
    for _, group in groupby(await connection.execute(query), attrgetter("id")):
        rows = list(group)
        row, members = rows[0], tuple(each.member for each in rows if each.member)
        home, settings = ChannelRef(row.team, row.channel), row.settings or ProductionSettings()
        found.append(Production(row.id, home, members, row.name, settings))
    return found
