"""Reads rounds: one in one query, and several in one for the rounds and one for all their slots."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.round import Round
from bot.domain.slot import Slot
from storage.db.rows import ROUND_COLUMNS, SLOT_COLUMNS, round_from_row, slot_from_row
from storage.db.tables import rounds, slots

# Built once: with so many columns, building them is a good part of what a read costs.
_SELECT_ROUNDS, _SELECT_SLOTS = select(*ROUND_COLUMNS), select(*SLOT_COLUMNS)
# Several rounds are not read so: each slot's row repeats the columns of its round.
_SELECT_ROUND_WITH_SLOTS = (
    select(*ROUND_COLUMNS, *SLOT_COLUMNS)
    .select_from(rounds.outerjoin(slots, slots.c.round_id == rounds.c.id))
    .order_by(rounds.c.opened_at, rounds.c.id, slots.c.position)
)
_ROUND_NAMES, _SLOT_NAMES = [column.name for column in ROUND_COLUMNS], [column.name for column in SLOT_COLUMNS]


async def round_by_id(connection: AsyncConnection, round_id: str) -> Round:
    """Raises KeyError if the round does not exist."""
    found = await find_round(connection, rounds.c.id == round_id)
    if found is None:
        raise KeyError(round_id)
    return found


async def find_round(connection: AsyncConnection, condition: ColumnElement[bool]) -> Round | None:
    """Return the oldest round of the condition; None without one."""
    rows = (await connection.execute(_SELECT_ROUND_WITH_SLOTS.where(condition))).all()
    if not rows:
        return None
    found = dict(zip(_ROUND_NAMES, rows[0], strict=False))
    slot_rows = (dict(zip(_SLOT_NAMES, row[len(_ROUND_NAMES) :], strict=True)) for row in rows)
    return round_from_row(found, tuple(slot_from_row(row) for row in slot_rows if row["round_id"] == found["id"]))


async def list_rounds(
    connection: AsyncConnection, condition: ColumnElement[bool], order: ColumnElement[Any] = rounds.c.opened_at
) -> list[Round]:
    rows = (await connection.execute(_SELECT_ROUNDS.where(condition).order_by(order, rounds.c.id))).mappings().all()
    if not rows:
        return []
    is_slot_of_rounds = (
        slots.c.round_id == rows[0]["id"]
        if len(rows) == 1
        else slots.c.round_id.in_(select(rounds.c.id).where(condition))
    )
    slots_by_round: defaultdict[str, list[Slot]] = defaultdict(list)
    for row in (await connection.execute(_SELECT_SLOTS.where(is_slot_of_rounds).order_by(slots.c.position))).mappings():
        slots_by_round[row["round_id"]].append(slot_from_row(row))
    return [round_from_row(row, tuple(slots_by_round[row["id"]])) for row in rows]
