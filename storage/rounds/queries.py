"""Reads rounds: one query for the rounds and one for all their slots."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.round import Round
from bot.domain.slot import Slot
from storage.db.rows import ROUND_COLUMNS, SLOT_COLUMNS, round_from_row, slot_from_row
from storage.db.tables import rounds, slots

# Built once: with so many columns, building them is a good part of what a read costs.
_SELECT_ROUNDS, _SELECT_SLOTS = select(*ROUND_COLUMNS), select(*SLOT_COLUMNS)


async def round_by_id(connection: AsyncConnection, round_id: str) -> Round:
    """Raises KeyError if the round does not exist."""
    return single(await list_rounds(connection, rounds.c.id == round_id), round_id)


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


def single(found: Sequence[Round], key: str) -> Round:
    if not found:
        raise KeyError(key)
    return found[0]
