"""The port `Chronicle`: deeds, only ever added."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deed import Deed
from bot.face import Place
from storage.database import Database
from storage.tables import channels, deeds


class SqlChronicle:
    """Deeds in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, deed: Deed) -> None:
        async with self._database.change() as connection:
            await write(connection, deed)

    async def of_character(self, character_id: str) -> Sequence[Deed]:
        async with self._database.read() as connection:
            return await _found(connection, deeds.c.character_id == character_id)

    async def of_production(self, place: Place) -> Sequence[Deed]:
        here = (channels.c.team == place.team) & (channels.c.channel == place.channel)
        production_id = select(channels.c.production_id).where(here).scalar_subquery()
        theirs = select(channels.c.channel).where(channels.c.production_id == production_id)
        which = (deeds.c.team == place.team) & deeds.c.channel.in_(theirs) & (deeds.c.character_id == "")
        async with self._database.read() as connection:
            return await _found(connection, which)


async def write(connection: AsyncConnection, deed: Deed) -> None:
    """Add a deed in the transaction of what was done."""
    row = {name: value for name, value in vars(deed).items() if name != "place"}
    await connection.execute(insert(deeds).values(**row, team=deed.place.team, channel=deed.place.channel))


async def _found(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Deed]:
    rows = await connection.execute(select(deeds).where(which).order_by(deeds.c.id))
    return [Deed(r.what, Place(r.team, r.channel), r.person, r.at, r.character_id, r.round_id, r.note) for r in rows]
