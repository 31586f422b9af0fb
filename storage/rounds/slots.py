"""Slots: requested once and made final once, with the budget settled in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, UpdateBase, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.brief import SLOT_LIMIT
from bot.domain.budget import BilledItem, Caps, Charge, Payer, budget_day
from bot.domain.errors import RoundClosed
from bot.domain.face import Portrait
from bot.domain.ids import ChannelRef
from bot.domain.round_state import RoundState
from bot.domain.slot import UNFINISHED_STATES, Slot, SlotFailure, SlotState
from bot.ports.clock import Now
from bot.ports.rounds import GeneratedPortrait
from storage.db.engine import Database
from storage.db.repository import TimedRepository
from storage.db.rows import SLOT_COLUMNS, slot_from_row, to_row
from storage.db.tables import payer_id, rounds, slots
from storage.db.write_batch import WriteBatcher
from storage.money import budgets
from storage.replicas.redraw_marks import insert_marks, mark_redraw
from storage.rounds.queries import round_by_id

_REQUESTABLE_STATES = (SlotState.WAITING, SlotState.PAUSED)

_BUMP = (
    update(rounds).where(rounds.c.id == bindparam("bumped_round")).values(ballot_version=rounds.c.ballot_version + 1)
)


@dataclass(frozen=True)
class _SlotForUpdate:
    """A slot whose row and round are locked until the transaction ends."""

    slot: Slot
    round_state: RoundState
    payer: Payer


class SqlSlotRepository(TimedRepository):
    """Slots in a database; `now` dates reservations and charges."""

    def __init__(self, database: Database, now: Now) -> None:
        super().__init__(database, now)
        # The slots of a round are marked together, before their calls.
        self._write_batcher = WriteBatcher(database)

    async def mark_requested(self, slot_id: str, at: datetime, asked_by: str = "") -> bool:
        is_ours = (slots.c.state == SlotState.REQUESTED) & (slots.c.asked_by == asked_by) & (slots.c.asked_by != "")
        is_requestable = slots.c.state.in_(_REQUESTABLE_STATES) | is_ours
        statement = (
            update(slots)
            .where(slots.c.id == slot_id, is_requestable)
            .values(state=SlotState.REQUESTED, requested_at=at, asked_by=asked_by, wait_until=None)
        )

        async def mark(connection: AsyncConnection) -> bool:
            return (await connection.execute(statement)).rowcount == 1

        if self._database.single_writer:
            return await self._write_batcher.run(mark)
        return await self._database.change_one(statement)

    async def drain(self) -> None:
        """Commit the marks that are still in the queue."""
        await self._write_batcher.drain()

    async def set_provider_job(self, slot_id: str, provider_job_id: str) -> None:
        statement = update(slots).where(slots.c.id == slot_id)
        await self._database.execute(statement.values(provider_job_id=provider_job_id))

    async def set_wait_until(self, slot_id: str, until: datetime | None) -> None:
        from_states, to_state = (
            (UNFINISHED_STATES, SlotState.PAUSED) if until else ((SlotState.PAUSED,), SlotState.REQUESTED)
        )
        statement = update(slots).where(slots.c.id == slot_id, slots.c.state.in_(from_states))
        await self._database.execute(statement.values(state=to_state, wait_until=until))

    async def record_portrait(self, generated: GeneratedPortrait, numbered_in: frozenset[RoundState]) -> Slot:
        async with self._database.transaction() as connection:
            current = await _get_for_update(connection, generated.slot_id)
            if current.slot.is_final:
                return current.slot
            is_copy = current.slot.copy_of_slot_id is not None
            if not is_copy and await _has_duplicate(connection, current.slot, generated.portrait):
                outcome = {"state": SlotState.FAILED, "failure": SlotFailure("duplicate", paid="yes")}
            else:
                number = await _next_number(connection, current) if current.round_state in numbered_in else None
                seed = current.slot.seed if generated.seed is None else generated.seed
                outcome = {"state": SlotState.CANDIDATE, "number": number, "seed": seed}
            received = {name: getattr(generated, name) for name in ("portrait", "seconds", "request_id")}
            return await _settle(connection, current, generated.charge, outcome | received, self._now())

    async def record_failure(
        self, slot_id: str, failure: SlotFailure, charge: Charge | None, seconds: float | None
    ) -> Slot:
        async with self._database.transaction() as connection:
            current = await _get_for_update(connection, slot_id)
            if current.slot.is_final:
                return current.slot
            if charge is None and failure.paid != "no":
                charge = Charge(current.slot.price, "unknown" if failure.paid == "maybe" else "listed")
            changes = {"state": SlotState.FAILED, "failure": failure, "seconds": seconds}
            return await _settle(connection, current, charge, changes, self._now())

    async def add(self, slot: Slot, caps: Caps) -> Slot:
        async with self._database.transaction() as connection:
            await connection.execute(select(rounds.c.id).where(rounds.c.id == slot.round_id).with_for_update())
            round_ = await round_by_id(connection, slot.round_id)
            if existing := next((s for s in round_.slots if s.id == slot.id), None):
                return existing
            round_.require_state(RoundState.DRAWING, RoundState.VOTING, RoundState.CLOSED, action="reroll")
            if round_.next_number() is None:
                raise RoundClosed("reroll", "full", round_.character)
            payer = Payer(round_.place, round_.payer_of(slot), budget_day(self._now()))
            await budgets.reserve(connection, payer, slot.price, caps, round_committed=round_.price)
            added = replace(slot, position=max((s.position for s in round_.slots), default=-1) + 1)
            await connection.execute(insert(slots).values(to_row(added) | {"reserved_on": payer.day}))
            return added

    async def set_files(self, files: Mapping[str, str]) -> None:
        await self._set_each(slots.c.file_id, files)

    async def set_originals(self, files: Mapping[str, str]) -> None:
        await self._set_each(slots.c.original_file, files)

    async def _set_each(self, column: Column[str], files: Mapping[str, str]) -> None:
        async with self._database.transaction() as connection:
            for slot_id, file_id in files.items():
                await connection.execute(update(slots).where(slots.c.id == slot_id).values({column: file_id}))


async def _get_for_update(connection: AsyncConnection, slot_id: str) -> _SlotForUpdate:
    round_columns = (rounds.c.team, rounds.c.channel, payer_id.label("payer_id"), rounds.c.state.label("round_state"))
    query = select(*SLOT_COLUMNS, slots.c.reserved_on, *round_columns)
    query = query.join_from(slots, rounds).where(slots.c.id == slot_id).with_for_update()
    if (row := (await connection.execute(query)).mappings().one_or_none()) is None:
        raise KeyError(slot_id)
    payer = Payer(ChannelRef(row["team"], row["channel"]), row["payer_id"], row["reserved_on"])
    return _SlotForUpdate(slot_from_row(row), row["round_state"], payer)


async def _has_duplicate(connection: AsyncConnection, slot: Slot, portrait: Portrait) -> bool:
    """Return whether a candidate of the same round shows the same picture."""
    others = select(slots.c.portrait).where(slots.c.round_id == slot.round_id, slots.c.state == SlotState.CANDIDATE)
    return any(portrait.shows_same_picture(other) for other in (await connection.scalars(others)) if other)


async def _next_number(connection: AsyncConnection, current: _SlotForUpdate) -> int | None:
    """Return the number after the highest, None if the ballot is full; a voting round gets a new ballot version."""
    highest = select(func.max(slots.c.number)).where(slots.c.round_id == current.slot.round_id)
    number = (await connection.scalar(highest) or 0) + 1
    if number > SLOT_LIMIT:
        return None
    if current.round_state is RoundState.VOTING:
        await bump_ballot_version(connection, current.slot.round_id)
    return number


async def bump_ballot_version(connection: AsyncConnection, round_id: str) -> None:
    """Raise the ballot version, so that a close with an older count fails, and mark the message as changed."""
    statement = _BUMP_AND_MARK if connection.dialect.name == "postgresql" else _BUMP
    await connection.execute(statement, {"bumped_round": round_id})


def bump_and_mark(*changes: UpdateBase) -> postgresql.Insert:
    """Return one statement for PostgreSQL that runs `changes`, bumps `bumped_round` and marks its message."""
    bumped = _BUMP.returning(rounds.c.id, rounds.c.team).cte("bumped")
    others = [change.cte(f"change_{number}") for number, change in enumerate(changes)]
    return insert_marks(select(bumped.c.id, bumped.c.team)).add_cte(bumped, *others)


_BUMP_AND_MARK = bump_and_mark()


async def _settle(
    connection: AsyncConnection,
    current: _SlotForUpdate,
    charge: Charge | None,
    changes: Mapping[str, Any],
    at: datetime,
) -> Slot:
    cost = charge or Charge(Decimal(0), "")
    statement = update(slots).where(slots.c.id == current.slot.id).returning(*SLOT_COLUMNS)
    update_statement = statement.values(**changes, cost=cost.usd, cost_source=cost.source, wait_until=None)
    row = (await connection.execute(update_statement)).mappings().one()
    item = BilledItem("slot", current.slot.id, current.slot.round_id, current.slot.model, current.slot.price)
    await budgets.settle(connection, item, current.payer, charge, at)
    await mark_redraw(connection, current.slot.round_id)
    return slot_from_row(row)
