"""The port `Inventory`: what the database knows of stored pictures."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, union, update

from bot.face import Portrait
from bot.finish import UNDER_WAY
from bot.ports import Named
from bot.slot import SlotState
from storage.database import Database
from storage.tables import finishes, ledger, rounds, slots, wishes

_AT_ONCE = 500
_ENDED = (SlotState.CANDIDATE, SlotState.MISS)


class SqlInventory:
    """Asked by the sweep alone, so nothing here has an index of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def items(self, ids: Sequence[str]) -> dict[str, Named]:
        found: dict[str, Named] = {}
        async with self._database.read() as connection:
            for some in _in_parts(ids):
                drawn = select(slots.c.id, slots.c.state, slots.c.portrait, slots.c.miss).where(slots.c.id.in_(some))
                for slot_id, state, portrait, miss in await connection.execute(drawn):
                    perhaps = miss is not None and (miss.kind == "unknown" or miss.paid == "maybe")
                    found[slot_id] = Named(state in _ENDED, _key(portrait), perhaps)
                made = select(finishes.c.id, finishes.c.state, finishes.c.portrait).where(finishes.c.id.in_(some))
                for finish_id, state, portrait in await connection.execute(made):
                    found[finish_id] = Named(state not in UNDER_WAY, _key(portrait))
        return found

    async def references(self) -> frozenset[str]:
        like = [table.c.brief["like"]["key"].as_string() for table in (rounds, wishes)]
        async with self._database.read() as connection:
            keys = await connection.scalars(union(*(select(key.label("key")) for key in like)))
            return frozenset(key for key in keys if key)

    async def rounds(self, ids: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        async with self._database.read() as connection:
            for some in _in_parts(ids):
                found.update(await connection.scalars(select(rounds.c.id).where(rounds.c.id.in_(some))))
        return frozenset(found)

    async def wishes(self) -> Sequence[tuple[str, str]]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(wishes.c.team, wishes.c.id))
            return [(row.team, row.id) for row in rows]

    async def adopt(self, slot_id: str, portrait: Portrait) -> bool:
        async with self._database.change() as connection:
            bare = (slots.c.id == slot_id) & (slots.c.state == SlotState.MISS) & slots.c.portrait.is_(None)
            row = (await connection.execute(select(slots.c.miss, slots.c.cost_source).where(bare))).one_or_none()
            if row is None:
                return False
            values: dict[str, Any] = {"portrait": portrait}
            if row.cost_source == "unknown":
                values |= {"miss": replace(row.miss, paid="yes"), "cost_source": "listed"}
                unknown = update(ledger).where(ledger.c.item_id == slot_id, ledger.c.source == "unknown")
                await connection.execute(unknown.values(source="listed"))
            return (await connection.execute(update(slots).where(bare).values(values))).rowcount == 1


def _key(portrait: Portrait | None) -> str:
    return portrait.key if portrait else ""


def _in_parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE)]
