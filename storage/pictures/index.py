"""The port `PictureIndex`: which rows reference a stored picture."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, union, update

from bot.domain.face import Portrait
from bot.domain.slot import SlotFailure, SlotState
from bot.ports.storage import PictureOwner
from storage.db.face_tables import UNFINISHED_PICTURES
from storage.db.repository import SqlRepository
from storage.db.rows import batches
from storage.db.tables import ledger, round_drafts, rounds, slots

_BATCH_SIZE = 500


class SqlPictureIndex(SqlRepository):
    """Picture references in a database. Only the orphan cleanup runs these queries, so they have no indexes."""

    async def owners(self, ids: Sequence[str]) -> dict[str, PictureOwner]:
        found: dict[str, PictureOwner] = {}
        async with self._database.snapshot() as connection:
            for batch in batches(ids, _BATCH_SIZE):
                for table, states in UNFINISHED_PICTURES.items():
                    query = select(table.c.id, table.c.state, table.c.portrait, table.c.failure)
                    for row in await connection.execute(query.where(table.c.id.in_(batch))):
                        key = row.portrait.key if row.portrait else ""
                        may_be_paid = table is slots and _may_be_paid(row.failure)
                        found[row.id] = PictureOwner(row.state not in states, key, may_be_paid)
        return found

    async def reference_keys(self) -> frozenset[str]:
        key_columns = [table.c.brief["reference"]["key"].as_string() for table in (rounds, round_drafts)]
        rows = await self._database.fetch_all(union(*(select(key.label("key")) for key in key_columns)))
        return frozenset(row.key for row in rows if row.key)

    async def known_rounds(self, ids: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        async with self._database.snapshot() as connection:
            for batch in batches(ids, _BATCH_SIZE):
                found.update(await connection.scalars(select(rounds.c.id).where(rounds.c.id.in_(batch))))
        return frozenset(found)

    async def list_drafts(self) -> Sequence[tuple[str, str]]:
        rows = await self._database.fetch_all(select(round_drafts.c.team, round_drafts.c.id))
        return [(row.team, row.id) for row in rows]

    async def attach_orphan(self, slot_id: str, portrait: Portrait) -> bool:
        async with self._database.transaction() as connection:
            lacks_portrait = (slots.c.id == slot_id) & (slots.c.state == SlotState.FAILED) & slots.c.portrait.is_(None)
            query = select(slots.c.failure, slots.c.cost_source).where(lacks_portrait)
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return False
            values: dict[str, Any] = {"portrait": portrait}
            if row.cost_source == "unknown":
                values |= {"failure": replace(row.failure, paid="yes"), "cost_source": "listed"}
                statement = update(ledger).where(ledger.c.item_id == slot_id, ledger.c.source == "unknown")
                await connection.execute(statement.values(source="listed"))
            return (await connection.execute(update(slots).where(lacks_portrait).values(values))).rowcount == 1


def _may_be_paid(failure: SlotFailure | None) -> bool:
    return failure is not None and (failure.kind == "unknown" or failure.paid == "maybe")
