"""The port `PictureIndex`: which rows reference a stored picture."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, union, update

from bot.domain.character_sheet import UNDRAWN_STATES
from bot.domain.face import Portrait
from bot.domain.slot import SlotState
from bot.domain.upscale import IN_PROGRESS_STATES
from bot.ports.storage import PictureOwner
from storage.db.face_tables import sheet_views, upscales
from storage.db.repository import SqlRepository
from storage.db.tables import ledger, round_drafts, rounds, slots

_BATCH_SIZE = 500
_FINAL_STATES = (SlotState.CANDIDATE, SlotState.FAILED)


class SqlPictureIndex(SqlRepository):
    """Picture references in a database. Only the orphan cleanup runs these queries, so they have no indexes."""

    async def owners(self, ids: Sequence[str]) -> dict[str, PictureOwner]:
        found: dict[str, PictureOwner] = {}
        async with self._database.snapshot() as connection:
            for batch in _batches(ids):
                slot_query = select(slots.c.id, slots.c.state, slots.c.portrait, slots.c.failure).where(
                    slots.c.id.in_(batch)
                )
                for slot_id, state, portrait, failure in await connection.execute(slot_query):
                    may_be_paid = failure is not None and (failure.kind == "unknown" or failure.paid == "maybe")
                    found[slot_id] = PictureOwner(state in _FINAL_STATES, _portrait_key(portrait), may_be_paid)
                upscale_query = select(upscales.c.id, upscales.c.state, upscales.c.portrait).where(
                    upscales.c.id.in_(batch)
                )
                for upscale_id, state, portrait in await connection.execute(upscale_query):
                    found[upscale_id] = PictureOwner(state not in IN_PROGRESS_STATES, _portrait_key(portrait))
                view_query = select(sheet_views.c.id, sheet_views.c.state, sheet_views.c.portrait).where(
                    sheet_views.c.id.in_(batch)
                )
                for view_id, state, portrait in await connection.execute(view_query):
                    found[view_id] = PictureOwner(state not in UNDRAWN_STATES, _portrait_key(portrait))
        return found

    async def reference_keys(self) -> frozenset[str]:
        key_columns = [table.c.brief["reference"]["key"].as_string() for table in (rounds, round_drafts)]
        rows = await self._database.fetch_all(union(*(select(key.label("key")) for key in key_columns)))
        return frozenset(row.key for row in rows if row.key)

    async def known_rounds(self, ids: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        async with self._database.snapshot() as connection:
            for batch in _batches(ids):
                found.update(await connection.scalars(select(rounds.c.id).where(rounds.c.id.in_(batch))))
        return frozenset(found)

    async def list_drafts(self) -> Sequence[tuple[str, str]]:
        rows = await self._database.fetch_all(select(round_drafts.c.team, round_drafts.c.id))
        return [(row.team, row.id) for row in rows]

    async def attach_orphan(self, slot_id: str, portrait: Portrait) -> bool:
        async with self._database.transaction() as connection:
            lacks_portrait = (slots.c.id == slot_id) & (slots.c.state == SlotState.FAILED) & slots.c.portrait.is_(None)
            row = (
                await connection.execute(select(slots.c.failure, slots.c.cost_source).where(lacks_portrait))
            ).one_or_none()
            if row is None:
                return False
            values: dict[str, Any] = {"portrait": portrait}
            if row.cost_source == "unknown":
                values |= {"failure": replace(row.failure, paid="yes"), "cost_source": "listed"}
                statement = update(ledger).where(ledger.c.item_id == slot_id, ledger.c.source == "unknown")
                await connection.execute(statement.values(source="listed"))
            return (await connection.execute(update(slots).where(lacks_portrait).values(values))).rowcount == 1


def _portrait_key(portrait: Portrait | None) -> str:
    return portrait.key if portrait else ""


def _batches(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + _BATCH_SIZE] for at in range(0, len(ids), _BATCH_SIZE)]
