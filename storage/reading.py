"""Reading rounds: one query for the rounds and one for all their slots, whatever is asked for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, exists, or_, select, type_coerce, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballot import Leg, Mark
from bot.face import Place
from bot.round import OPEN, Round, State
from bot.slot import Slot, SlotState
from storage.rows import ROUND, SLOT, round_of, slot_of
from storage.tables import marks, papers, rounds, slots

_UNDER_WAY = (SlotState.WAITING, SlotState.ASKING, SlotState.PAUSED)
# Made once: with so many columns, making them is a good part of what a read costs.
_ROUNDS, _SLOTS = select(*ROUND), select(*SLOT)
_SHOWN_BY_NOW = timedelta(minutes=2)
_WORTH_SHOWING = timedelta(days=31)
_JUST_ENDED = timedelta(days=1)


async def round_by_id(connection: AsyncConnection, round_id: str) -> Round:
    """Raises KeyError for an id nobody gave."""
    return _only(await _load(connection, rounds.c.id == round_id), round_id)


async def round_by_slot(connection: AsyncConnection, slot_id: str) -> Round:
    """Raises KeyError for an id nobody gave."""
    owner = select(slots.c.round_id).where(slots.c.id == slot_id).scalar_subquery()
    return _only(await _load(connection, rounds.c.id == owner), slot_id)


async def round_by_message(connection: AsyncConnection, place: Place, message_ts: str) -> Round | None:
    here = and_(rounds.c.team == place.team, rounds.c.channel == place.channel, rounds.c.message_ts == message_ts)
    return next(iter(await _load(connection, here)), None)


async def rounds_of(connection: AsyncConnection, character_id: str) -> Sequence[Round]:
    return await _load(connection, rounds.c.character_id == character_id)


async def moving(connection: AsyncConnection) -> Sequence[Round]:
    """Rounds that draw, and rounds in any state with a slot that is not final."""
    drawing = select(rounds.c.id).where(rounds.c.state == State.DRAWING)
    unfinished = select(slots.c.round_id).where(slots.c.state.in_(_UNDER_WAY))
    return await _load(connection, rounds.c.id.in_(union(drawing, unfinished)))


async def unshown(connection: AsyncConnection, now: datetime) -> Sequence[str]:
    """Rounds with a numbered candidate whose pictures do not hang yet, and records without theirs."""
    numbered = select(slots.c.id).where(slots.c.round_id == rounds.c.id, slots.c.number.is_not(None))
    new = numbered.where(slots.c.file_id.is_(None)).exists()
    original = numbered.where(slots.c.original_file.is_(None)).exists()
    settled = rounds.c.state.in_((State.CLOSED, State.LOCKED))
    lacking = or_(
        and_(rounds.c.state == State.VOTING, new, rounds.c.opened_at < now - _SHOWN_BY_NOW),
        and_(settled, or_(new, original)),
        and_(rounds.c.state == State.LOCKED, rounds.c.record_file.is_(None)),
    )
    recent = rounds.c.opened_at > now - _WORTH_SHOWING
    # As a CASE, so that SQLite looks at the recent ones and not, by their state, at all that were ever locked.
    found = select(rounds.c.id).where(recent, case((lacking, 1), else_=0) == 1)
    return list(await connection.scalars(found))


async def on_show(connection: AsyncConnection, now: datetime) -> Sequence[str]:
    """Rounds with a message that are open, or were opened so lately that their end may be what it does not show."""
    shown = select(rounds.c.id).where(rounds.c.message_ts.is_not(None))
    lately = rounds.c.opened_at > now - _JUST_ENDED
    changing = union(shown.where(rounds.c.state.in_(OPEN)), shown.where(lately))
    found = select(rounds.c.id).where(rounds.c.id.in_(changing)).order_by(rounds.c.opened_at.desc())
    return list(await connection.scalars(found))


async def waiting_for(connection: AsyncConnection, person: str, team: str) -> Sequence[Round]:
    """Voting rounds of the workspace without a vote of the person, oldest deadline first."""
    voted = exists().where(
        marks.c.round_id == rounds.c.id, marks.c.person == person, marks.c.on, rounds.c.run_off.is_(None)
    )
    leg = case((rounds.c.run_off.is_(None), Leg.FIRST.value), else_=Leg.RUN_OFF.value)
    answered = exists().where(
        papers.c.round_id == rounds.c.id, papers.c.person == person, type_coerce(papers.c.leg, Text) == leg
    )
    here = and_(rounds.c.team == team, rounds.c.state == State.VOTING, ~voted, ~answered)
    return await _load(connection, here, order=rounds.c.closes_at)


async def due(connection: AsyncConnection, now: datetime) -> Sequence[str]:
    """Voting rounds whose deadline has passed, the most overdue first."""
    passed = select(rounds.c.id).where(rounds.c.state == State.VOTING, rounds.c.closes_at <= now)
    return (await connection.scalars(passed.order_by(rounds.c.closes_at))).all()


async def awaiting(connection: AsyncConnection, now: datetime) -> Sequence[Round]:
    """Voting rounds whose deadline is to come and whose voters are named."""
    named = rounds.c.brief["voters"].as_string() != "[]"
    return await _load(connection, and_(rounds.c.state == State.VOTING, rounds.c.closes_at > now, named))


async def marks_of(connection: AsyncConnection, round_id: str) -> Sequence[Mark]:
    rows = await connection.execute(select(marks).where(marks.c.round_id == round_id))
    return [Mark(**row) for row in rows.mappings()]


async def _load(
    connection: AsyncConnection, which: ColumnElement[bool], order: ColumnElement[Any] = rounds.c.opened_at
) -> list[Round]:
    found = (await connection.execute(_ROUNDS.where(which).order_by(order, rounds.c.id))).mappings().all()
    if not found:
        return []
    theirs = (
        slots.c.round_id == found[0]["id"]
        if len(found) == 1
        else slots.c.round_id.in_(select(rounds.c.id).where(which))
    )
    drawn: defaultdict[str, list[Slot]] = defaultdict(list)
    for row in (await connection.execute(_SLOTS.where(theirs).order_by(slots.c.position))).mappings():
        drawn[row["round_id"]].append(slot_of(row))
    return [round_of(row, tuple(drawn[row["id"]])) for row in found]


def _only(found: Sequence[Round], wanted: str) -> Round:
    if not found:
        raise KeyError(wanted)
    return found[0]
