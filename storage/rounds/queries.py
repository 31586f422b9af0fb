"""Reading rounds: one query for the rounds and one for all their slots, whatever is asked for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, exists, or_, select, type_coerce, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ballot import BallotStage, VoteInput
from bot.domain.ids import ChannelRef
from bot.domain.round import OPEN_STATES, Round, RoundState
from bot.domain.slot import Slot, SlotState
from storage.db.rows import ROUND_COLUMNS, SLOT_COLUMNS, round_from_row, slot_from_row
from storage.db.tables import ballot_submissions, rounds, slots, vote_inputs

_IN_PROGRESS_STATES = (SlotState.WAITING, SlotState.REQUESTED, SlotState.PAUSED)
# Made once: with so many columns, making them is a good part of what a read costs.
_SELECT_ROUNDS, _SELECT_SLOTS = select(*ROUND_COLUMNS), select(*SLOT_COLUMNS)
_UPLOAD_GRACE = timedelta(minutes=2)
_UPLOAD_WINDOW = timedelta(days=31)
_RECENT = timedelta(days=1)


async def round_by_id(connection: AsyncConnection, round_id: str) -> Round:
    """Raises KeyError for an id nobody gave."""
    return _single(await _list_rounds(connection, rounds.c.id == round_id), round_id)


async def round_by_slot(connection: AsyncConnection, slot_id: str) -> Round:
    """Raises KeyError for an id nobody gave."""
    round_id = select(slots.c.round_id).where(slots.c.id == slot_id).scalar_subquery()
    return _single(await _list_rounds(connection, rounds.c.id == round_id), slot_id)


async def round_by_message(connection: AsyncConnection, place: ChannelRef, message_ts: str) -> Round | None:
    condition = and_(rounds.c.team == place.team, rounds.c.channel == place.channel, rounds.c.message_ts == message_ts)
    return next(iter(await _list_rounds(connection, condition)), None)


async def list_for_character(connection: AsyncConnection, character_id: str) -> Sequence[Round]:
    return await _list_rounds(connection, rounds.c.character_id == character_id)


async def list_unfinished(connection: AsyncConnection) -> Sequence[Round]:
    """Rounds that draw, and rounds in any state with a slot that is not final."""
    drawing_ids = select(rounds.c.id).where(rounds.c.state == RoundState.DRAWING)
    unfinished_ids = select(slots.c.round_id).where(slots.c.state.in_(_IN_PROGRESS_STATES))
    return await _list_rounds(connection, rounds.c.id.in_(union(drawing_ids, unfinished_ids)))


async def list_missing_pictures(connection: AsyncConnection, now: datetime) -> Sequence[str]:
    """Rounds with a numbered candidate whose pictures do not hang yet, and records without theirs."""
    numbered_slots = select(slots.c.id).where(slots.c.round_id == rounds.c.id, slots.c.number.is_not(None))
    lacks_picture = numbered_slots.where(slots.c.file_id.is_(None)).exists()
    lacks_original = numbered_slots.where(slots.c.original_file.is_(None)).exists()
    is_settled = rounds.c.state.in_((RoundState.CLOSED, RoundState.LOCKED))
    is_incomplete = or_(
        and_(rounds.c.state == RoundState.VOTING, lacks_picture, rounds.c.opened_at < now - _UPLOAD_GRACE),
        and_(is_settled, or_(lacks_picture, lacks_original)),
        and_(rounds.c.state == RoundState.LOCKED, rounds.c.record_file.is_(None)),
    )
    is_recent = rounds.c.opened_at > now - _UPLOAD_WINDOW
    # As a CASE, so that SQLite looks at the recent ones and not, by their state, at all that were ever locked.
    query = select(rounds.c.id).where(is_recent, case((is_incomplete, 1), else_=0) == 1)
    return list(await connection.scalars(query))


async def list_to_redraw(connection: AsyncConnection, now: datetime) -> Sequence[str]:
    """Rounds with a message that are open, or were opened so lately that their end may be what it does not show."""
    displayed = select(rounds.c.id).where(rounds.c.message_ts.is_not(None))
    is_recent = rounds.c.opened_at > now - _RECENT
    candidate_ids = union(displayed.where(rounds.c.state.in_(OPEN_STATES)), displayed.where(is_recent))
    query = select(rounds.c.id).where(rounds.c.id.in_(candidate_ids)).order_by(rounds.c.opened_at.desc())
    return list(await connection.scalars(query))


async def list_without_vote(connection: AsyncConnection, person: str, team: str) -> Sequence[Round]:
    """Voting rounds of the workspace without a vote of the person, oldest deadline first."""
    has_voted = exists().where(
        vote_inputs.c.round_id == rounds.c.id,
        vote_inputs.c.person == person,
        vote_inputs.c.on,
        rounds.c.run_off.is_(None),
    )
    stage = case((rounds.c.run_off.is_(None), BallotStage.FIRST.value), else_=BallotStage.RUN_OFF.value)
    has_submitted = exists().where(
        ballot_submissions.c.round_id == rounds.c.id,
        ballot_submissions.c.person == person,
        type_coerce(ballot_submissions.c.stage, Text) == stage,
    )
    condition = and_(rounds.c.team == team, rounds.c.state == RoundState.VOTING, ~has_voted, ~has_submitted)
    return await _list_rounds(connection, condition, order=rounds.c.closes_at)


async def list_due(connection: AsyncConnection, now: datetime) -> Sequence[str]:
    """Voting rounds whose deadline has passed, the most overdue first."""
    query = select(rounds.c.id).where(rounds.c.state == RoundState.VOTING, rounds.c.closes_at <= now)
    return (await connection.scalars(query.order_by(rounds.c.closes_at))).all()


async def list_with_named_voters(connection: AsyncConnection, now: datetime) -> Sequence[Round]:
    """Voting rounds whose deadline is to come and whose voters are named."""
    has_named_voters = rounds.c.brief["voters"].as_string() != "[]"
    return await _list_rounds(
        connection, and_(rounds.c.state == RoundState.VOTING, rounds.c.closes_at > now, has_named_voters)
    )


async def list_vote_inputs(connection: AsyncConnection, round_id: str) -> Sequence[VoteInput]:
    rows = await connection.execute(select(vote_inputs).where(vote_inputs.c.round_id == round_id))
    return [VoteInput(**row) for row in rows.mappings()]


async def _list_rounds(
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


def _single(found: Sequence[Round], key: str) -> Round:
    if not found:
        raise KeyError(key)
    return found[0]
