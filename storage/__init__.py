"""What is remembered: rounds, roster and ledger in a database, portraits in a folder or a bucket.

At start `migrate` comes first, then `open_storage`; a doctor only opens, so that it changes nothing.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.settings import Settings
from storage.alone import NotAlone, alone
from storage.chronicle import SqlChronicle
from storage.database import Database, open_database
from storage.finishes import SqlFinishes
from storage.inventory import SqlInventory
from storage.ledger import SqlLedger
from storage.migrations import migrate, newest, present
from storage.notices import SqlNotices
from storage.portraits import ObjectPortraits, open_portraits
from storage.productions import SqlProductions
from storage.roster import SqlRoster
from storage.rounds import SqlRounds
from storage.soundness import examine

__all__ = ["Health", "NotAlone", "Storage", "alone", "examine", "migrate", "open_storage"]


@dataclass(frozen=True)
class Health:
    """What doctor tells: troubles, empty where all is well; `schema` is the revision found, `newest` the one needed."""

    database_trouble: str
    schema: str
    newest: str
    portraits_trouble: str

    @property
    def sound(self) -> bool:
        return not self.database_trouble and not self.portraits_trouble and self.schema == self.newest


@dataclass(frozen=True)
class Storage:
    """The ports that storage offers, on one database and one store of portraits."""

    rounds: SqlRounds
    roster: SqlRoster
    finishes: SqlFinishes
    ledger: SqlLedger
    notices: SqlNotices
    productions: SqlProductions
    chronicle: SqlChronicle
    portraits: ObjectPortraits
    inventory: SqlInventory
    database: Database

    async def check(self) -> Health:
        """Read the schema's revision and write a probe among the portraits; changes nothing else."""
        schema, trouble = "", ""
        try:
            async with self.database.read() as connection:
                schema = await connection.run_sync(present)
        except Exception as error:  # noqa: BLE001 - drivers raise what they like, and a doctor reports it
            trouble = _first_line(error)
        return Health(trouble, schema, newest(), await self._portraits_trouble())

    async def answers(self) -> None:
        """Raises whatever the driver raises when the database cannot be read."""
        async with self.database.read() as connection:
            await connection.run_sync(present)

    async def close(self) -> None:
        await self.rounds.finish()
        await self.database.close()

    async def _portraits_trouble(self) -> str:
        try:
            return "" if await self.portraits.probe() else "a picture that was stored can be written over"
        except Exception as error:  # noqa: BLE001 - the same
            return _first_line(error)


async def open_storage(settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Storage:
    """Storage at the settings' addresses; the schema must have been migrated. Makes the portraits' folder.

    `now` dates re-rolls, charges and reminders.
    """
    portraits = await asyncio.to_thread(open_portraits, settings.portraits_url)
    database = open_database(settings.database_url)
    return Storage(
        rounds=SqlRounds(database, now),
        roster=SqlRoster(database),
        finishes=SqlFinishes(database, now),
        ledger=SqlLedger(database),
        notices=SqlNotices(database),
        productions=SqlProductions(database),
        chronicle=SqlChronicle(database),
        portraits=portraits,
        inventory=SqlInventory(database),
        database=database,
    )


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
