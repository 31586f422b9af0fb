"""The port `Ledger`: what was spent and what is held back; the statements live in the files beside this one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from bot.domain.budget import BudgetPeriod, Charge, Payer
from bot.domain.spend_report import BlindRoundSpend, LedgerEntry, RoundSpend, SpendTotal
from storage.db.engine import Database
from storage.db.tables import ledger
from storage.money import budgets, pending_charges, reports


class SqlLedger:
    """Charges and purses in a database; they are written where slots are reserved and settled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def committed(self, team: str, day: date) -> Decimal:
        async with self._database.snapshot() as connection:
            return await budgets.committed(connection, team, day)

    async def list_charges(self, round_id: str) -> Mapping[str, Charge]:
        charge_query = select(ledger.c.item_id, ledger.c.usd, ledger.c.source)
        slot_charges = charge_query.where(ledger.c.round_id == round_id, ledger.c.kind == "slot")
        async with self._database.snapshot() as connection:
            return {row.item_id: Charge(row.usd, row.source) for row in await connection.execute(slot_charges)}

    async def committed_by_period(self, payer: Payer) -> Mapping[BudgetPeriod, Decimal]:
        async with self._database.snapshot() as connection:
            return await budgets.committed_by_period(connection, payer)

    async def list_spend_totals(self, team: str, day: date) -> Sequence[SpendTotal]:
        async with self._database.snapshot() as connection:
            return await reports.list_spend_totals(connection, team, day)

    async def list_round_spends(self, character_id: str) -> Sequence[RoundSpend]:
        async with self._database.snapshot() as connection:
            return await reports.list_round_spends(connection, character_id)

    async def list_blind_round_spends(self, team: str, day: date) -> Sequence[BlindRoundSpend]:
        async with self._database.snapshot() as connection:
            return await reports.list_blind_round_spends(connection, team, day)

    async def count_locked_faces(self, team: str, day: date) -> Mapping[str, int]:
        async with self._database.snapshot() as connection:
            return await reports.count_locked_faces(connection, team, day)

    async def list_pending_charges(self, team: str) -> Sequence[LedgerEntry]:
        async with self._database.snapshot() as connection:
            return await pending_charges.list_pending_charges(connection, team)

    async def get_entry(self, item_id: str) -> LedgerEntry:
        async with self._database.snapshot() as connection:
            return await pending_charges.get_entry(connection, item_id)

    async def confirm(self, item_id: str, person: str, *, charged: bool) -> bool:
        async with self._database.transaction() as connection:
            return await pending_charges.confirm(connection, item_id, person, charged=charged)

    async def acknowledge(self, item_id: str, person: str) -> bool:
        async with self._database.transaction() as connection:
            return await pending_charges.acknowledge(connection, item_id, person)

    async def list_unnotified_overspends(self) -> Sequence[LedgerEntry]:
        async with self._database.snapshot() as connection:
            return await pending_charges.list_unnotified_overspends(connection)

    async def claim_notification(self, item_id: str, at: datetime) -> bool:
        async with self._database.transaction() as connection:
            return await pending_charges.mark_notified(connection, item_id, at)

    async def release_notification(self, item_id: str) -> None:
        async with self._database.transaction() as connection:
            await pending_charges.mark_notified(connection, item_id, None)
