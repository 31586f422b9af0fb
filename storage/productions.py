"""The port `Productions`: what a channel casts for, and by which customs."""

from collections.abc import Sequence

from sqlalchemy import select, update

from bot.deed import Deed
from bot.face import Place
from bot.production import Customs, Production
from storage import joining
from storage.belonging import at, hold, load
from storage.chronicle import write
from storage.database import Database
from storage.tables import channels, productions


class SqlProductions:
    """Productions in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, place: Place) -> Production:
        theirs = select(channels.c.production_id).where(*at(place)).scalar_subquery()
        async with self._database.read() as connection:
            found = await load(connection, productions.c.id == theirs)
        return found[0] if found else Production("", place, (place.channel,))

    async def all(self, team: str) -> Sequence[Production]:
        async with self._database.read() as connection:
            return await load(connection, productions.c.team == team)

    async def keep(
        self, place: Place, name: str, customs: Customs, *deeds: Deed, seen: str | None = None
    ) -> Production:
        async with self._database.change() as connection:
            production_id = (await hold(connection, place, seen)).id
            kept = update(productions).where(productions.c.id == production_id)
            await connection.execute(kept.values(name=name, customs=customs))
            for deed in deeds:
                await write(connection, deed)
            return (await load(connection, productions.c.id == production_id))[0]

    async def join(self, place: Place, production_id: str, deed: Deed, seen: str | None = None) -> Production:
        async with self._database.change() as connection:
            return await joining.join(connection, place, production_id, deed, seen)
