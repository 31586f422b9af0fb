"""Charges that wait for a person: those nobody knows of whether they were made, and those above their reservation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, RowMapping, Select, Table, case, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.budget import Payer
from bot.domain.ids import ChannelRef
from bot.domain.spend_report import LedgerEntry
from storage.db.tables import characters, is_overrun, is_pending_charge, ledger, rounds, slots, upscales
from storage.money import budgets
from storage.money.reports import BLIND_STATES

_COLUMNS = ("kind", "round_id", "person", "model", "day", "reserved", "usd", "source")


async def list_pending_charges(connection: AsyncConnection, team: str) -> Sequence[LedgerEntry]:
    """The workspace's open questions, oldest first."""
    return await _list_entries(connection, (ledger.c.team == team) & is_pending_charge)


async def list_unnotified_overspends(connection: AsyncConnection) -> Sequence[LedgerEntry]:
    return await _list_entries(connection, is_pending_charge & is_overrun & ledger.c.notified_at.is_(None))


async def get_entry(connection: AsyncConnection, item_id: str) -> LedgerEntry:
    """Raises KeyError for what was never charged."""
    found = await _list_entries(connection, ledger.c.item_id == item_id)
    if not found:
        raise KeyError(item_id)
    return found[0]


async def confirm(connection: AsyncConnection, item_id: str, person: str, *, charged: bool) -> bool:
    """unknown -> told, once; what was not charged goes back to the purses, and slot or finish says the same."""
    pending = await get_entry(connection, item_id)
    usd = pending.usd if charged else Decimal(0)
    statement = update(ledger).where(ledger.c.item_id == item_id, ledger.c.source == literal_column("'unknown'"))
    result = await connection.execute(statement.values(usd=usd, source="confirmed", resolved_by=person))
    if result.rowcount == 0:
        return False
    await budgets.adjust(connection, Payer(pending.place, pending.person, pending.day), usd - pending.usd)
    await _update_item(connection, slots if pending.kind == "slot" else upscales, item_id, usd, charged=charged)
    return True


async def acknowledge(connection: AsyncConnection, item_id: str, person: str) -> bool:
    """Somebody has seen a charge above its reservation; once."""
    statement = update(ledger).where(ledger.c.item_id == item_id, is_overrun)
    return (await connection.execute(statement.values(resolved_by=person))).rowcount == 1


async def mark_notified(connection: AsyncConnection, item_id: str, at: datetime | None) -> bool:
    """Write that the lead is told; None takes it back. False when nothing changed."""
    is_changed = ledger.c.notified_at.is_(None) if at else ledger.c.notified_at.is_not(None)
    statement = update(ledger).where(ledger.c.item_id == item_id, is_changed).values(notified_at=at)
    return (await connection.execute(statement)).rowcount == 1


async def _update_item(connection: AsyncConnection, table: Table, item_id: str, usd: Decimal, *, charged: bool) -> None:
    """`table` is slots or finishes, whose row then says the same as the ledger."""
    failure = await connection.scalar(select(table.c.failure).where(table.c.id == item_id))
    confirmed_failure = replace(failure, paid="yes" if charged else "no") if failure else None
    statement = update(table).where(table.c.id == item_id)
    await connection.execute(statement.values(cost=usd, cost_source="confirmed", failure=confirmed_failure))


async def _list_entries(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[LedgerEntry]:
    rows = await connection.execute(_entries_query().where(condition).order_by(ledger.c.at, ledger.c.item_id))
    return [_entry_from_row(row) for row in rows.mappings()]


def _entries_query() -> Select[tuple[object, ...]]:
    is_blind = case((rounds.c.state.in_(BLIND_STATES), 1), else_=0).label("hidden")
    query = select(ledger, characters.c.name.label("character"), is_blind)
    return query.join_from(ledger, rounds).join(characters, rounds.c.character_id == characters.c.id)


def _entry_from_row(row: RowMapping) -> LedgerEntry:
    place = ChannelRef(row["team"], row["channel"])
    values = {name: row[name] for name in _COLUMNS}
    return LedgerEntry(
        id=row["item_id"], place=place, character=row["character"], is_hidden=bool(row["hidden"]), **values
    )
