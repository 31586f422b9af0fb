"""Slots: asked once, landed or missed once, and settled with the purse in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import SLOT_LIMIT
from bot.budget import Caps, Charge, Item, Spender, purse_day
from bot.errors import RoundClosed
from bot.face import Place, Portrait
from bot.ports import Landing
from bot.round import State
from bot.slot import Miss, Slot, SlotState
from storage import purse
from storage.reading import round_by_id
from storage.rows import SLOT, row_of, slot_of
from storage.tables import rounds, slots, spender

_NOT_ASKED = (SlotState.WAITING, SlotState.PAUSED)
_MAY_PAUSE = (SlotState.WAITING, SlotState.ASKING, SlotState.PAUSED)


@dataclass(frozen=True)
class _Held:
    """A slot whose row and round nobody else can change until the transaction ends."""

    slot: Slot
    round_state: State
    spender: Spender


async def intend(connection: AsyncConnection, slot_id: str, at: datetime) -> bool:
    """waiting or paused -> asking; a vendor that asked for patience was not paid, so it may be asked again."""
    asked = update(slots).where(slots.c.id == slot_id, slots.c.state.in_(_NOT_ASKED))
    changed = await connection.execute(asked.values(state=SlotState.ASKING, asked_at=at, paused_until=None))
    return changed.rowcount == 1


async def pause(connection: AsyncConnection, slot_id: str, until: datetime | None) -> None:
    """waiting or asking -> paused until then, or paused -> asking."""
    before, after = (_MAY_PAUSE, SlotState.PAUSED) if until else ((SlotState.PAUSED,), SlotState.ASKING)
    waits = update(slots).where(slots.c.id == slot_id, slots.c.state.in_(before))
    await connection.execute(waits.values(state=after, paused_until=until))


async def land(connection: AsyncConnection, landing: Landing, number_if: frozenset[State], at: datetime) -> Slot:
    """The slot becomes a candidate, or a miss where another one shows the same picture; a final slot stays what it is.

    Who lands first is the candidate: the round is held until the transaction ends. Raises KeyError.
    """
    held = await _hold(connection, landing.slot_id)
    if held.slot.final:
        return held.slot
    if await _twin(connection, held.slot, landing.portrait):
        again = {
            "state": SlotState.MISS,
            "miss": Miss("duplicate", paid="yes"),
            "portrait": landing.portrait,
            "seconds": landing.seconds,
            "request_id": landing.request_id,
        }
        return await _settle(connection, held, landing.charge, again, at)
    number = await _next_number(connection, held) if held.round_state in number_if else None
    changes = {
        "state": SlotState.CANDIDATE,
        "number": number,
        "portrait": landing.portrait,
        "seconds": landing.seconds,
        "request_id": landing.request_id,
        "seed": held.slot.seed if landing.seed is None else landing.seed,
    }
    return await _settle(connection, held, landing.charge, changes, at)


async def miss(
    connection: AsyncConnection, slot_id: str, why: Miss, charge: Charge | None, seconds: float | None, at: datetime
) -> Slot:
    """The slot becomes a miss; a final slot stays what it is. What may have been paid is kept. Raises KeyError."""
    held = await _hold(connection, slot_id)
    if held.slot.final:
        return held.slot
    if charge is None and why.paid != "no":
        charge = Charge(held.slot.price, "unknown" if why.paid == "maybe" else "listed")
    changes = {"state": SlotState.MISS, "miss": why, "seconds": seconds}
    return await _settle(connection, held, charge, changes, at)


async def add(connection: AsyncConnection, slot: Slot, caps: Caps, at: datetime) -> Slot:
    """Reserve and write one more slot, behind the others; raises OverBudget, RoundClosed, KeyError."""
    await connection.execute(select(rounds.c.id).where(rounds.c.id == slot.round_id).with_for_update())
    round_ = await round_by_id(connection, slot.round_id)
    if known := next((s for s in round_.slots if s.id == slot.id), None):
        return known
    round_.must_be(State.DRAWING, State.VOTING, State.CLOSED, what="reroll")
    if round_.next_number() is None:
        raise RoundClosed("reroll", "full", round_.character)
    pays = Spender(round_.place, round_.spender_of(slot), purse_day(at))
    await purse.reserve(connection, pays, slot.price, caps, round_holds=round_.price)
    added = replace(slot, position=max((s.position for s in round_.slots), default=-1) + 1)
    await connection.execute(insert(slots).values(row_of(added) | {"reserved_on": pays.day}))
    return added


async def _hold(connection: AsyncConnection, slot_id: str) -> _Held:
    theirs = (rounds.c.team, rounds.c.channel, spender.label("spender"), rounds.c.state.label("round_state"))
    found = select(*SLOT, slots.c.reserved_on, *theirs)
    row = (
        (await connection.execute(found.join_from(slots, rounds).where(slots.c.id == slot_id).with_for_update()))
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise KeyError(slot_id)
    pays = Spender(Place(row["team"], row["channel"]), row["spender"], row["reserved_on"])
    return _Held(slot_of(row), row["round_state"], pays)


async def _twin(connection: AsyncConnection, slot: Slot, portrait: Portrait) -> bool:
    """Whether a candidate of the same round shows the same picture."""
    others = select(slots.c.portrait).where(slots.c.round_id == slot.round_id, slots.c.state == SlotState.CANDIDATE)
    return any(portrait.same_picture(other) for other in (await connection.scalars(others)) if other)


async def _next_number(connection: AsyncConnection, held: _Held) -> int | None:
    """The number after the highest; a ballot that is open gets a new version with its new candidate."""
    highest = select(func.max(slots.c.number)).where(slots.c.round_id == held.slot.round_id)
    number = (await connection.scalar(highest) or 0) + 1
    if number > SLOT_LIMIT:
        return None
    if held.round_state is State.VOTING:
        await bump(connection, held.slot.round_id)
    return number


async def bump(connection: AsyncConnection, round_id: str) -> None:
    """Raise the ballot's version: whoever counted before must count again."""
    newer = rounds.c.ballot_version + 1
    await connection.execute(update(rounds).where(rounds.c.id == round_id).values(ballot_version=newer))


async def _settle(
    connection: AsyncConnection, held: _Held, charge: Charge | None, changes: Mapping[str, Any], at: datetime
) -> Slot:
    cost = charge or Charge(Decimal(0), "")
    settled = update(slots).where(slots.c.id == held.slot.id).returning(*SLOT)
    final = settled.values(**changes, cost=cost.usd, cost_source=cost.source, paused_until=None)
    row = (await connection.execute(final)).mappings().one()
    item = Item("slot", held.slot.id, held.slot.round_id, held.slot.model, held.slot.price)
    await purse.settle(connection, item, held.spender, charge, at)
    return slot_of(row)
