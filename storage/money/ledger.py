"""The port `Ledger`: charges, pending charges and sums of both."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from sqlalchemy import ColumnElement, Table, and_, case, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budget import BudgetPeriod, Payer
from bot.domain.ids import ChannelRef
from bot.domain.spend_report import BlindRoundSpend, LedgerEntry, RoundSpend, SpendTotal
from bot.ports.ledger import MoneySummary
from storage.db.columns import Dollars
from storage.db.face_tables import faces, sheet_views, upscales
from storage.db.repository import SqlRepository
from storage.db.rows import with_place
from storage.db.tables import (
    budget_periods,
    channels,
    characters,
    is_blind,
    is_overrun,
    is_pending_charge,
    ledger,
    payer_id,
    productions,
    rounds,
    slots,
)
from storage.money import budgets

_ENTRY_COLUMNS = (
    ledger.c.item_id.label("id"),
    *(column for column in ledger.c if column.name in {field.name for field in fields(LedgerEntry)}),
    *(ledger.c.team, ledger.c.channel),
    characters.c.name.label("character"),
    case((is_blind, True), else_=False).label("is_hidden"),
)


class SqlLedger(SqlRepository):
    """Charges in a database; `budgets` writes them when slots, upscales and sheet views are settled."""

    async def committed(self, team: str, day: date) -> Decimal:
        query = budgets.committed_query(BudgetPeriod(team, "day", "", day))
        return await self._database.fetch_value(query) or Decimal(0)

    async def committed_by_period(self, payer: Payer) -> Mapping[BudgetPeriod, Decimal]:
        async with self._database.snapshot() as connection:
            return await budgets.committed_by_period(connection, payer)

    async def list_spend_totals(self, team: str, day: date) -> Sequence[SpendTotal]:
        """The day is the one on which an item was reserved."""
        key = (ledger.c.channel, ledger.c.person, ledger.c.model)
        today = _sum_dollars(case((ledger.c.day == day, ledger.c.usd), else_=0))
        query = select(*key, today, _sum_dollars(ledger.c.usd), func.count())
        query = query.join_from(ledger, rounds).where(ledger.c.team == team, ledger.c.day >= day.replace(day=1))
        rows = await self._database.fetch_all(query.where(~is_blind).group_by(*key))
        return [SpendTotal(ChannelRef(team, channel), *totals) for channel, *totals in rows]

    async def list_round_spends(self, character_id: str) -> Sequence[RoundSpend]:
        query = select(
            ledger.c.round_id, ledger.c.person, _sum_dollars(ledger.c.usd), func.count(), func.max(ledger.c.at)
        ).join_from(ledger, rounds)
        query = query.where(rounds.c.character_id == character_id, ~is_blind)
        rows = await self._database.fetch_all(query.group_by(ledger.c.round_id, ledger.c.person))
        return [RoundSpend(*row) for row in rows]

    async def list_blind_round_spends(self, team: str, day: date) -> Sequence[BlindRoundSpend]:
        """A slot counts with its cost, or with its price while it has none."""
        usd = func.coalesce(slots.c.cost, slots.c.price)
        is_today = slots.c.reserved_on == day
        query = select(
            rounds.c.channel,
            payer_id,
            _sum_dollars(case((is_today, usd), else_=0)),
            _sum_dollars(usd),
            func.sum(case((is_today, 1), else_=0)),
            func.count(),
            func.max(slots.c.price),
            case((productions.c.channel == rounds.c.channel, ""), else_=productions.c.channel),
        ).join_from(rounds, slots)
        is_channel_of_round = and_(channels.c.team == rounds.c.team, channels.c.channel == rounds.c.channel)
        query = query.join(channels, is_channel_of_round).join(productions)
        query = query.where(rounds.c.team == team, is_blind, slots.c.reserved_on >= day.replace(day=1))
        query = query.group_by(rounds.c.id, rounds.c.channel, payer_id, productions.c.channel)
        rows = await self._database.fetch_all(query)
        return [BlindRoundSpend(ChannelRef(team, channel), *spend) for channel, *spend in rows]

    async def count_locked_faces(self, team: str, day: date) -> Mapping[str, int]:
        month_start = datetime.combine(day.replace(day=1), time(), UTC)
        month_end = BudgetPeriod(team, "workspace_month", "", month_start.date()).resets_at
        query = select(faces.c.channel, func.count()).where(
            faces.c.team == team, faces.c.locked_at >= month_start, faces.c.locked_at < month_end
        )
        return {row[0]: row[1] for row in await self._database.fetch_all(query.group_by(faces.c.channel))}

    async def list_pending_charges(self, team: str) -> Sequence[LedgerEntry]:
        async with self._database.snapshot() as connection:
            return await _list_entries(connection, (ledger.c.team == team) & is_pending_charge)

    async def summarize(self, day: date) -> MoneySummary:
        is_current = or_(
            and_(budget_periods.c.cap.endswith("_month"), budget_periods.c.starts_on == day.replace(day=1)),
            and_(~budget_periods.c.cap.endswith("_month"), budget_periods.c.starts_on == day),
        )
        highest = select(budget_periods.c.cap, func.max(budget_periods.c.committed)).where(is_current)
        async with self._database.snapshot() as connection:
            pending = await connection.scalar(select(func.count()).select_from(ledger).where(is_pending_charge))
            rows = await connection.execute(highest.group_by(budget_periods.c.cap))
            return MoneySummary(pending or 0, {row[0]: row[1] for row in rows})

    async def list_unnotified_overspends(self) -> Sequence[LedgerEntry]:
        async with self._database.snapshot() as connection:
            condition = is_pending_charge & is_overrun & ledger.c.notified_at.is_(None)
            return await _list_entries(connection, condition)

    async def get_entry(self, item_id: str) -> LedgerEntry:
        async with self._database.snapshot() as connection:
            return await _get_entry(connection, item_id)

    async def confirm(self, item_id: str, person: str, *, charged: bool) -> bool:
        """unknown -> confirmed. Updates the slot, upscale or view too, and releases the amount that was not charged."""
        async with self._database.transaction() as connection:
            pending = await _get_entry(connection, item_id)
            usd = pending.usd if charged else Decimal(0)
            statement = update(ledger).where(
                ledger.c.item_id == item_id, ledger.c.source == literal_column("'unknown'")
            )
            result = await connection.execute(statement.values(usd=usd, source="confirmed", resolved_by=person))
            if result.rowcount == 0:
                return False
            await budgets.adjust(connection, Payer(pending.place, pending.person, pending.day), usd - pending.usd)
            table = {"slot": slots, "upscale": upscales, "sheet_view": sheet_views}[pending.kind]
            await _confirm_item(connection, table, item_id, usd, charged=charged)
            return True

    async def acknowledge(self, item_id: str, person: str) -> bool:
        statement = update(ledger).where(ledger.c.item_id == item_id, is_overrun).values(resolved_by=person)
        return await self._database.change_one(statement)

    async def claim_notification(self, item_id: str, at: datetime) -> bool:
        statement = update(ledger).where(ledger.c.item_id == item_id, ledger.c.notified_at.is_(None))
        return await self._database.change_one(statement.values(notified_at=at))

    async def release_notification(self, item_id: str) -> None:
        await self._database.execute(update(ledger).where(ledger.c.item_id == item_id).values(notified_at=None))


async def _confirm_item(
    connection: AsyncConnection, table: Table, item_id: str, usd: Decimal, *, charged: bool
) -> None:
    """Write the confirmed charge to the item's row in `table`: slots, upscales or sheet views."""
    failure = await connection.scalar(select(table.c.failure).where(table.c.id == item_id))
    confirmed_failure = replace(failure, paid="yes" if charged else "no") if failure else None
    statement = update(table).where(table.c.id == item_id)
    await connection.execute(statement.values(cost=usd, cost_source="confirmed", failure=confirmed_failure))


async def _get_entry(connection: AsyncConnection, item_id: str) -> LedgerEntry:
    found = await _list_entries(connection, ledger.c.item_id == item_id)
    if not found:
        raise KeyError(item_id)
    return found[0]


async def _list_entries(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[LedgerEntry]:
    query = select(*_ENTRY_COLUMNS).join_from(ledger, rounds).join(characters, rounds.c.character_id == characters.c.id)
    rows = await connection.execute(query.where(condition).order_by(ledger.c.at, ledger.c.item_id))
    return [LedgerEntry(**with_place(dict(row))) for row in rows.mappings()]


def _sum_dollars(amounts: ColumnElement[object]) -> ColumnElement[object]:
    return func.sum(amounts, type_=Dollars)
