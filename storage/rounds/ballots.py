"""Ballots. Every change of a vote raises the ballot version, which a close compares."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, case, exists, func, literal, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ballot import BallotStage, BallotSubmission, RunOff, Tally, VoteInput, VoteSource
from bot.domain.brief import SLOT_LIMIT, BallotMode
from bot.domain.round import Round
from bot.domain.round_state import FOLLOW_UPS, RoundState
from bot.domain.slot import SlotState
from bot.domain.standings.report import FinishedRound
from bot.domain.webhook import EventType
from bot.ports.clock import Now
from storage.db.ballot_tables import ballot_submissions, vote_inputs
from storage.db.columns import UtcMicros
from storage.db.engine import Database
from storage.db.repository import TimedRepository, save_row
from storage.db.tables import rounds, slots
from storage.db.write_batch import WriteBatcher
from storage.replicas.redraw_marks import mark_redraw
from storage.rounds.finished import list_finished
from storage.rounds.queries import list_rounds
from storage.rounds.reminders import clear_reminders
from storage.rounds.slots import bump_and_mark, bump_ballot_version
from storage.webhooks.events import record_event

_REMINDER_BEFORE_CLOSE = timedelta(hours=1)
_REMINDER_DIVISOR = 4

# Built once: building them is a good part of what a vote costs.
_LOCK_VOTING_ROUND = (
    select(slots.c.id)
    .join_from(slots, rounds)
    .where(rounds.c.id == bindparam("round"), slots.c.id == bindparam("slot"), rounds.c.state == RoundState.VOTING)
    .with_for_update(of=rounds)
)
_SELECT_VOTE_INPUTS = select(vote_inputs).where(
    vote_inputs.c.round_id == bindparam("round"),
    vote_inputs.c.person == bindparam("voter"),
    vote_inputs.c.slot_id == bindparam("slot"),
)


def _save_vote(insertion: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    insertion = insertion.values({column.name: bindparam(f"new_{column.name}") for column in vote_inputs.c})
    newest = {name: insertion.excluded[name] for name in ("on", "event_ts_us")}
    return insertion.on_conflict_do_update(index_elements=list(vote_inputs.primary_key), set_=newest)


_SAVE_VOTE = {
    "sqlite": _save_vote(sqlite.insert(vote_inputs)),
    "postgresql": _save_vote(postgresql.insert(vote_inputs)),
}
_SAVE_VOTE_AND_BUMP = bump_and_mark(_SAVE_VOTE["postgresql"])


class SqlBallotRepository(TimedRepository):
    """Ballots, votes and submissions in a database; votes are committed in batches."""

    def __init__(self, database: Database, now: Now) -> None:
        super().__init__(database, now)
        self._write_batcher = WriteBatcher(database)

    async def open(self, round_id: str, numbers: Mapping[str, int], closes_at: datetime) -> bool:
        async with self._database.transaction() as connection:
            if not await self._start_voting(connection, round_id, rounds.c.state == RoundState.DRAWING, closes_at):
                return False
            await _assign_numbers(connection, round_id, numbers)
            await mark_redraw(connection, round_id, urgent=True)
            return True

    async def record_vote(self, vote_input: VoteInput) -> bool:
        return await self._write_batcher.run(lambda connection: _record_vote(connection, vote_input))

    async def toggle_vote(self, round_id: str, slot_id: str, person: str, event_ts_us: int) -> bool | None:
        return await self._write_batcher.run(
            lambda connection: _toggle_vote(connection, round_id, slot_id, person, event_ts_us)
        )

    async def list_vote_inputs(self, round_id: str) -> Sequence[VoteInput]:
        async with self._database.snapshot() as connection:
            return await list_vote_inputs(connection, round_id)

    async def record_submission(self, submission: BallotSubmission) -> bool:
        return await self._write_batcher.run(lambda connection: _record_submission(connection, submission))

    async def list_submissions(self, round_id: str) -> Sequence[BallotSubmission]:
        query = select(ballot_submissions).where(ballot_submissions.c.round_id == round_id)
        return [BallotSubmission(**row._mapping) for row in await self._database.fetch_all(query)]

    async def list_finished(self, team: str, limit: int) -> Sequence[FinishedRound]:
        async with self._database.snapshot() as connection:
            return await list_finished(connection, team, limit)

    async def close(self, round_id: str, tally: Tally, version: int) -> bool:
        async with self._database.transaction() as connection:
            is_current = (rounds.c.state == RoundState.VOTING) & (rounds.c.ballot_version == version)
            first_closed_at = func.coalesce(rounds.c.first_closed_at, literal(self._now(), UtcMicros))
            values = {"state": RoundState.CLOSED, "tally": tally, "first_closed_at": first_closed_at}
            statement = update(rounds).where(rounds.c.id == round_id, is_current).values(values)
            if (await connection.execute(statement)).rowcount == 0:
                return False
            highest = await connection.scalar(select(func.max(slots.c.number)).where(slots.c.round_id == round_id)) or 0
            is_late = and_(slots.c.state == SlotState.CANDIDATE, slots.c.number.is_(None), slots.c.situation == "")
            ids = select(slots.c.id).where(slots.c.round_id == round_id, is_late).order_by(slots.c.position)
            free_numbers = range(highest + 1, SLOT_LIMIT + 1)
            await _assign_numbers(
                connection, round_id, dict(zip(await connection.scalars(ids), free_numbers, strict=False))
            )
            # Pipelines wait for castings, and a follow-up casts nobody.
            if await connection.scalar(select(rounds.c.origin).where(rounds.c.id == round_id)) not in FOLLOW_UPS:
                await record_event(connection, EventType.ROUND_CLOSED, round_id, self._now())
            await mark_redraw(connection, round_id, urgent=True)
            return True

    async def extend(self, round_id: str, closes_at: datetime, expected_closes_at: datetime | None = None) -> bool:
        async with self._database.transaction() as connection:
            is_expected = (
                (rounds.c.state == RoundState.CLOSED)
                if expected_closes_at is None
                else (rounds.c.state == RoundState.VOTING) & _has_deadline(expected_closes_at)
            )
            if not await self._start_voting(connection, round_id, is_expected, closes_at, tally=None):
                return False
            await bump_ballot_version(connection, round_id)
            await clear_reminders(connection, round_id)
            return True

    async def start_run_off(self, round_id: str, run_off: RunOff, closes_at: datetime) -> bool:
        async with self._database.transaction() as connection:
            is_first = (rounds.c.state == RoundState.CLOSED) & rounds.c.run_off.is_(None)
            changes = {"tally": None, "run_off": run_off}
            if not await self._start_voting(connection, round_id, is_first, closes_at, **changes):
                return False
            await bump_ballot_version(connection, round_id)
            return True

    async def list_due(self, now: datetime) -> Sequence[str]:
        query = select(rounds.c.id).where(rounds.c.state == RoundState.VOTING, rounds.c.closes_at <= now)
        return await self._database.fetch_column(query.order_by(rounds.c.closes_at))

    async def list_without_vote(self, person: str, team: str) -> Sequence[Round]:
        async with self._database.snapshot() as connection:
            has_voted = exists().where(
                vote_inputs.c.round_id == rounds.c.id,
                vote_inputs.c.person == person,
                vote_inputs.c.on,
                rounds.c.run_off.is_(None),
            )
            stage = case((rounds.c.run_off.is_(None), BallotStage.FIRST.value), else_=BallotStage.RUN_OFF.value)
            # On an open ballot a submission is "none of these", which a later vote input replaces.
            votes_later = select(vote_inputs.c.person).where(
                rounds.c.brief["ballot"].as_string() == BallotMode.OPEN.value,
                vote_inputs.c.round_id == rounds.c.id,
                vote_inputs.c.person == person,
                vote_inputs.c.event_ts_us > ballot_submissions.c.event_ts_us,
                rounds.c.run_off.is_(None),
            )
            is_replaced = votes_later.correlate(rounds, ballot_submissions).exists()
            has_submitted = exists().where(
                ballot_submissions.c.round_id == rounds.c.id,
                ballot_submissions.c.person == person,
                type_coerce(ballot_submissions.c.stage, Text) == stage,
                ~is_replaced,
            )
            condition = and_(rounds.c.team == team, rounds.c.state == RoundState.VOTING, ~has_voted, ~has_submitted)
            return await list_rounds(connection, condition, order=rounds.c.closes_at)

    async def drain(self) -> None:
        """Commit the votes that are still in the queue."""
        await self._write_batcher.drain()

    async def _start_voting(
        self,
        connection: AsyncConnection,
        round_id: str,
        condition: ColumnElement[bool],
        closes_at: datetime,
        **changes: Any,
    ) -> bool:
        """Open the ballot from now on, with `changes` of other columns; False if the condition does not hold."""
        now = self._now()
        remind_at = closes_at - min(_REMINDER_BEFORE_CLOSE, (closes_at - now) / _REMINDER_DIVISOR)
        times = {"closes_at": closes_at, "remind_at": remind_at, "voting_since": now}
        statement = update(rounds).where(rounds.c.id == round_id, condition)
        return (await connection.execute(statement.values(state=RoundState.VOTING, **times, **changes))).rowcount == 1


async def list_vote_inputs(connection: AsyncConnection, round_id: str) -> Sequence[VoteInput]:
    rows = await connection.execute(select(vote_inputs).where(vote_inputs.c.round_id == round_id))
    return [VoteInput(**row) for row in rows.mappings()]


async def _record_vote(connection: AsyncConnection, vote_input: VoteInput) -> bool:
    """Store a newer vote input of a voting round; True if the person's vote for the candidate changed."""
    current = await _vote_inputs_for_update(connection, vote_input.round_id, vote_input.slot_id, vote_input.person)
    return (
        current is not None
        and _is_newer(vote_input, current)
        and await _save_vote_input(connection, vote_input, current)
    )


async def _toggle_vote(
    connection: AsyncConnection, round_id: str, slot_id: str, person: str, event_ts_us: int
) -> bool | None:
    """Toggle a button vote; None if the timestamp is not newer or the round is not voting."""
    current = await _vote_inputs_for_update(connection, round_id, slot_id, person)
    if current is None:
        return None
    on = not (VoteSource.BUTTON in current and current[VoteSource.BUTTON].on)
    vote_input = VoteInput(round_id, person, slot_id, VoteSource.BUTTON, on, event_ts_us)
    if not _is_newer(vote_input, current):
        return None
    await _save_vote_input(connection, vote_input, current)
    return on


async def _vote_inputs_for_update(
    connection: AsyncConnection, round_id: str, slot_id: str, person: str
) -> Mapping[VoteSource, VoteInput] | None:
    """Return the person's vote inputs for the candidate and lock the round row.

    None if the round is not voting or has no such slot.
    """
    key = {"round": round_id, "slot": slot_id, "voter": person}
    if await connection.scalar(_LOCK_VOTING_ROUND, key) is None:
        return None
    rows = await connection.execute(_SELECT_VOTE_INPUTS, key)
    return {row["source"]: VoteInput(**row) for row in rows.mappings()}


def _is_newer(vote_input: VoteInput, current: Mapping[VoteSource, VoteInput]) -> bool:
    return vote_input.source not in current or current[vote_input.source].event_ts_us < vote_input.event_ts_us


async def _save_vote_input(
    connection: AsyncConnection, vote_input: VoteInput, current: Mapping[VoteSource, VoteInput]
) -> bool:
    others = any(m.on for source, m in current.items() if source is not vote_input.source)
    was_on = vote_input.source in current and current[vote_input.source].on
    changed = not others and was_on != vote_input.on
    values = {f"new_{name}": value for name, value in vars(vote_input).items()}
    if changed and connection.dialect.name == "postgresql":
        await connection.execute(_SAVE_VOTE_AND_BUMP, values | {"bumped_round": vote_input.round_id})
        return True
    await connection.execute(_SAVE_VOTE[connection.dialect.name], values)
    if changed:
        await bump_ballot_version(connection, vote_input.round_id)
    return changed


async def _record_submission(connection: AsyncConnection, submission: BallotSubmission) -> bool:
    """Store a newer submission of a voting round; False otherwise."""
    query = select(rounds.c.id).where(rounds.c.id == submission.round_id, rounds.c.state == RoundState.VOTING)
    if await connection.scalar(query.with_for_update()) is None:
        return False
    is_newer = ballot_submissions.c.event_ts_us < submission.event_ts_us
    if not await save_row(connection, ballot_submissions, vars(submission), where=is_newer):
        return False
    await bump_ballot_version(connection, submission.round_id)
    return True


def _has_deadline(closes_at: datetime) -> ColumnElement[bool]:
    """Compare the deadline to the second, because Slack shows it without the fraction."""
    return (rounds.c.closes_at >= closes_at) & (rounds.c.closes_at < closes_at + timedelta(seconds=1))


async def _assign_numbers(connection: AsyncConnection, round_id: str, numbers: Mapping[str, int]) -> None:
    statement = update(slots).where(slots.c.id == bindparam("slot"), slots.c.round_id == round_id)
    rows = [{"slot": slot_id, "given": number} for slot_id, number in numbers.items()]
    if rows:
        await connection.execute(statement.values(number=bindparam("given")), rows)
