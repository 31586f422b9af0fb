"""The port `Ledger`: what was spent and what is held back; the statements live in the files beside this one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from bot.budget import Charge, Purse, Spender
from bot.statement import Entry, Paid, Spent, Veiled
from storage import purse, questions, spending
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
        charges = select(ledger.c.item_id, ledger.c.usd, ledger.c.source)
        slots = charges.where(ledger.c.round_id == round_id, ledger.c.kind == "slot")
        async with self._database.read() as connection:
            return {row.item_id: Charge(row.usd, row.source) for row in await connection.execute(slots)}

    async def held(self, spender: Spender) -> Mapping[Purse, Decimal]:
        async with self._database.read() as connection:
            return await purse.held(connection, spender)

    async def spent(self, team: str, day: date) -> Sequence[Spent]:
        async with self._database.read() as connection:
            return await spending.spent(connection, team, day)

    async def paid(self, character_id: str) -> Sequence[Paid]:
        async with self._database.read() as connection:
            return await spending.paid(connection, character_id)

    async def veiled(self, team: str, day: date) -> Sequence[Veiled]:
        async with self._database.read() as connection:
            return await spending.veiled(connection, team, day)

    async def faces(self, team: str, day: date) -> Mapping[str, int]:
        async with self._database.read() as connection:
            return await spending.locked(connection, team, day)

    async def questions(self, team: str) -> Sequence[Entry]:
        async with self._database.read() as connection:
            return await questions.questions(connection, team)

    async def entry(self, item_id: str) -> Entry:
        async with self._database.read() as connection:
            return await questions.entry(connection, item_id)

    async def settle(self, item_id: str, person: str, *, charged: bool) -> bool:
        async with self._database.change() as connection:
            return await questions.settle(connection, item_id, person, charged=charged)

    async def see(self, item_id: str, person: str) -> bool:
        async with self._database.change() as connection:
            return await questions.see(connection, item_id, person)

    async def untold(self) -> Sequence[Entry]:
        async with self._database.read() as connection:
            return await questions.untold(connection)

    async def take(self, item_id: str, at: datetime) -> bool:
        async with self._database.change() as connection:
            return await questions.tell(connection, item_id, at)

    async def give_back(self, item_id: str) -> None:
        async with self._database.change() as connection:
            await questions.tell(connection, item_id, None)
