"""Charges that wait for a person: those nobody knows of whether they were made, and those above their reservation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, RowMapping, Select, Table, case, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.budget import Spender
from bot.face import Place
from bot.statement import Entry
from storage import purse
from storage.spending import HIDDEN
from storage.tables import characters, finishes, is_overrun, is_question, ledger, rounds, slots

_COLUMNS = ("kind", "round_id", "person", "model", "day", "reserved", "usd", "source")


async def questions(connection: AsyncConnection, team: str) -> Sequence[Entry]:
    """The workspace's open questions, oldest first."""
    return await _entries(connection, (ledger.c.team == team) & is_question)


async def untold(connection: AsyncConnection) -> Sequence[Entry]:
    return await _entries(connection, is_question & is_overrun & ledger.c.told_at.is_(None))


async def entry(connection: AsyncConnection, item_id: str) -> Entry:
    """Raises KeyError for what was never charged."""
    found = await _entries(connection, ledger.c.item_id == item_id)
    if not found:
        raise KeyError(item_id)
    return found[0]


async def settle(connection: AsyncConnection, item_id: str, person: str, *, charged: bool) -> bool:
    """unknown -> told, once; what was not charged goes back to the purses, and slot or finish says the same."""
    asked = await entry(connection, item_id)
    usd = asked.usd if charged else Decimal(0)
    unknown = update(ledger).where(ledger.c.item_id == item_id, ledger.c.source == literal_column("'unknown'"))
    told = await connection.execute(unknown.values(usd=usd, source="told", answered_by=person))
    if told.rowcount == 0:
        return False
    await purse.change(connection, Spender(asked.place, asked.person, asked.day), usd - asked.usd)
    await _correct(connection, slots if asked.kind == "slot" else finishes, item_id, usd, charged=charged)
    return True


async def see(connection: AsyncConnection, item_id: str, person: str) -> bool:
    """Somebody has seen a charge above its reservation; once."""
    passed = update(ledger).where(ledger.c.item_id == item_id, is_overrun)
    return (await connection.execute(passed.values(answered_by=person))).rowcount == 1


async def tell(connection: AsyncConnection, item_id: str, at: datetime | None) -> bool:
    """Write that the lead is told; None takes it back. False when nothing changed."""
    before = ledger.c.told_at.is_(None) if at else ledger.c.told_at.is_not(None)
    told = update(ledger).where(ledger.c.item_id == item_id, before).values(told_at=at)
    return (await connection.execute(told)).rowcount == 1


async def _correct(connection: AsyncConnection, table: Table, item_id: str, usd: Decimal, *, charged: bool) -> None:
    """`table` is slots or finishes, whose row then says the same as the ledger."""
    miss = await connection.scalar(select(table.c.miss).where(table.c.id == item_id))
    sure = replace(miss, paid="yes" if charged else "no") if miss else None
    corrected = update(table).where(table.c.id == item_id)
    await connection.execute(corrected.values(cost=usd, cost_source="told", miss=sure))


async def _entries(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Entry]:
    rows = await connection.execute(_select().where(which).order_by(ledger.c.at, ledger.c.item_id))
    return [_entry_of(row) for row in rows.mappings()]


def _select() -> Select[tuple[object, ...]]:
    hidden = case((rounds.c.state.in_(HIDDEN), 1), else_=0).label("hidden")
    wanted = select(ledger, characters.c.name.label("character"), hidden)
    return wanted.join_from(ledger, rounds).join(characters, rounds.c.character_id == characters.c.id)


def _entry_of(row: RowMapping) -> Entry:
    place = Place(row["team"], row["channel"])
    same = {name: row[name] for name in _COLUMNS}
    return Entry(id=row["item_id"], place=place, character=row["character"], hidden=bool(row["hidden"]), **same)
