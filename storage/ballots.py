"""Ballots: opened, marked, closed, extended. Every change of a vote raises the version a close is compared with."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballot import Mark, RunOff, Tally, Way
from bot.brief import SLOT_LIMIT
from bot.round import State
from bot.slot import SlotState
from storage import reminders
from storage.database import upsert
from storage.slots import bump
from storage.tables import marks, rounds, slots

_REMINDER = timedelta(hours=1)
_REMINDER_SHARE = 4


async def open_ballot(
    connection: AsyncConnection, round_id: str, numbers: Mapping[str, int], closes_at: datetime, now: datetime
) -> bool:
    """drawing -> voting; False when it is no longer drawing."""
    opened = update(rounds).where(rounds.c.id == round_id, rounds.c.state == State.DRAWING)
    changed = await connection.execute(opened.values(state=State.VOTING, **_times(now, closes_at)))
    if changed.rowcount:
        await _number(connection, round_id, numbers)
    return changed.rowcount == 1


async def refuse_sheet(connection: AsyncConnection, round_id: str, why: str) -> bool:
    """Note why the sheet does not hang; False when a reason stands there already."""
    noted = update(rounds).where(rounds.c.id == round_id, rounds.c.sheet_refused == "").values(sheet_refused=why)
    return (await connection.execute(noted)).rowcount == 1


async def mark(connection: AsyncConnection, new: Mark) -> bool:
    """Keep a newer mark of a voting round; True when the person's vote for the candidate changed."""
    held = await _held_marks(connection, new.round_id, new.slot_id, new.person)
    return held is not None and _newer(new, held) and await _write(connection, new, held)


async def toggle(connection: AsyncConnection, round_id: str, slot_id: str, person: str, stamp: int) -> bool | None:
    """Turn a button mark over; None when the stamp is not newer or the round is not voting."""
    held = await _held_marks(connection, round_id, slot_id, person)
    if held is None:
        return None
    on = not (Way.BUTTON in held and held[Way.BUTTON].on)
    new = Mark(round_id, person, slot_id, Way.BUTTON, on, stamp)
    if not _newer(new, held):
        return None
    await _write(connection, new, held)
    return on


async def close(connection: AsyncConnection, round_id: str, tally: Tally, version: int) -> bool:
    """voting -> closed at this version; portraits that came after the ballot opened get the numbers that are left."""
    current = (rounds.c.state == State.VOTING) & (rounds.c.ballot_version == version)
    closed = update(rounds).where(rounds.c.id == round_id, current).values(state=State.CLOSED, tally=tally)
    if (await connection.execute(closed)).rowcount == 0:
        return False
    highest = await connection.scalar(select(func.max(slots.c.number)).where(slots.c.round_id == round_id)) or 0
    late = (slots.c.state == SlotState.CANDIDATE) & slots.c.number.is_(None)
    ids = select(slots.c.id).where(slots.c.round_id == round_id, late).order_by(slots.c.position)
    free = range(highest + 1, SLOT_LIMIT + 1)
    await _number(connection, round_id, dict(zip(await connection.scalars(ids), free, strict=False)))
    return True


async def extend(
    connection: AsyncConnection, round_id: str, closes_at: datetime, seen: datetime | None, now: datetime
) -> bool:
    """closed or voting -> voting; the version moves on, so that a close that counted before cannot close again.

    Whoever was reminded of the old deadline may be reminded of the new one.
    """
    known = (rounds.c.state == State.CLOSED) if seen is None else (rounds.c.state == State.VOTING) & _within(seen)
    extended = update(rounds).where(rounds.c.id == round_id, known)
    changed = await connection.execute(extended.values(state=State.VOTING, tally=None, **_times(now, closes_at)))
    if changed.rowcount:
        await bump(connection, round_id)
        await reminders.forget(connection, round_id)
    return changed.rowcount == 1


async def run_off(connection: AsyncConnection, round_id: str, held: RunOff, closes_at: datetime, now: datetime) -> bool:
    """closed -> voting between the finalists, once a round."""
    first = (rounds.c.state == State.CLOSED) & rounds.c.run_off.is_(None)
    again = update(rounds).where(rounds.c.id == round_id, first)
    changed = await connection.execute(
        again.values(state=State.VOTING, tally=None, run_off=held, **_times(now, closes_at))
    )
    if changed.rowcount:
        await bump(connection, round_id)
    return changed.rowcount == 1


async def take_reminders(connection: AsyncConnection, now: datetime) -> Sequence[str]:
    """Voting rounds past their reminder time, each given once; one whose deadline has passed closes instead."""
    near = (rounds.c.state == State.VOTING) & (rounds.c.remind_at <= now) & (rounds.c.closes_at > now)
    return (await connection.scalars(update(rounds).where(near).values(remind_at=None).returning(rounds.c.id))).all()


async def remind_again(connection: AsyncConnection, round_id: str, at: datetime) -> None:
    """Give a reminder back that could not be told."""
    taken = (rounds.c.id == round_id) & (rounds.c.state == State.VOTING) & rounds.c.remind_at.is_(None)
    await connection.execute(update(rounds).where(taken).values(remind_at=at))


def _within(seen: datetime) -> ColumnElement[bool]:
    """The deadline is the one that was seen, which people are shown without its fraction of a second."""
    return (rounds.c.closes_at >= seen) & (rounds.c.closes_at < seen + timedelta(seconds=1))


def _times(now: datetime, closes_at: datetime) -> dict[str, datetime]:
    """What a ballot that is open from now on is given."""
    remind_at = closes_at - min(_REMINDER, (closes_at - now) / _REMINDER_SHARE)
    return {"closes_at": closes_at, "remind_at": remind_at, "voting_since": now}


async def _number(connection: AsyncConnection, round_id: str, numbers: Mapping[str, int]) -> None:
    given = update(slots).where(slots.c.id == bindparam("slot"), slots.c.round_id == round_id)
    rows = [{"slot": slot_id, "given": number} for slot_id, number in numbers.items()]
    if rows:
        await connection.execute(given.values(number=bindparam("given")), rows)


async def _held_marks(
    connection: AsyncConnection, round_id: str, slot_id: str, person: str
) -> Mapping[Way, Mark] | None:
    """The person's marks on the candidate, with the round held; None when it is not voting or has no such slot."""
    voting = select(slots.c.id).join_from(slots, rounds).where(rounds.c.id == round_id, slots.c.id == slot_id)
    if await connection.scalar(voting.where(rounds.c.state == State.VOTING).with_for_update(of=rounds)) is None:
        return None
    mine = (marks.c.round_id == round_id) & (marks.c.person == person) & (marks.c.slot_id == slot_id)
    rows = await connection.execute(select(marks).where(mine))
    return {row["way"]: Mark(**row) for row in rows.mappings()}


def _newer(new: Mark, held: Mapping[Way, Mark]) -> bool:
    return new.way not in held or held[new.way].stamp < new.stamp


async def _write(connection: AsyncConnection, new: Mark, held: Mapping[Way, Mark]) -> bool:
    written = upsert(connection, marks).values(**vars(new))
    key = [column.name for column in marks.primary_key]
    await connection.execute(written.on_conflict_do_update(index_elements=key, set_={"on": new.on, "stamp": new.stamp}))
    others = any(m.on for way, m in held.items() if way is not new.way)
    was_on = new.way in held and held[new.way].on
    changed = not others and was_on != new.on
    if changed:
        await bump(connection, new.round_id)
    return changed
