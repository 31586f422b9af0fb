"""The port `Ledger`: what was spent and what is held back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from bot.budget import Charge
from storage import purse
from storage.database import Database
from storage.tables import ledger


class SqlLedger:
    """Charges and purses in a database; they are written where slots are reserved and settled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def committed(self, team: str, day: date) -> Decimal:
        async with self._database.read() as connection:
            return await purse.committed(connection, team, day)

    async def charged(self, round_id: str) -> Mapping[str, Charge]:
        charges = select(ledger.c.slot_id, ledger.c.usd, ledger.c.source).where(ledger.c.round_id == round_id)
        async with self._database.read() as connection:
            return {row.slot_id: Charge(row.usd, row.source) for row in await connection.execute(charges)}
