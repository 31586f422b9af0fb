"""Reminders of a deadline in the thread, and of a missing vote by direct message."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ballot import BallotStage
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from storage.db.ballot_tables import reminders
from storage.db.repository import SqlRepository
from storage.db.tables import rounds
from storage.rounds.queries import list_rounds


class SqlReminderRepository(SqlRepository):
    """Reminders in a database."""

    async def claim_due(self, now: datetime) -> Sequence[str]:
        async with self._database.transaction() as connection:
            is_due = (rounds.c.state == RoundState.VOTING) & (rounds.c.remind_at <= now) & (rounds.c.closes_at > now)
            statement = update(rounds).where(is_due).values(remind_at=None)
            return (await connection.scalars(statement.returning(rounds.c.id))).all()

    async def reschedule(self, round_id: str, at: datetime) -> None:
        is_claimed = (rounds.c.id == round_id) & (rounds.c.state == RoundState.VOTING) & rounds.c.remind_at.is_(None)
        await self._database.execute(update(rounds).where(is_claimed).values(remind_at=at))

    async def list_with_named_voters(self, now: datetime) -> Sequence[Round]:
        has_named_voters = rounds.c.brief["voters"].as_string() != "[]"
        condition = and_(rounds.c.state == RoundState.VOTING, rounds.c.closes_at > now, has_named_voters)
        async with self._database.snapshot() as connection:
            return await list_rounds(connection, condition)

    async def list_reminded(self, round_id: str, stage: BallotStage) -> frozenset[str]:
        query = select(reminders.c.person).where(reminders.c.round_id == round_id, reminders.c.stage == stage)
        return frozenset(await self._database.fetch_column(query))

    async def claim(self, round_id: str, person: str, stage: BallotStage, at: datetime) -> bool:
        return await self._insert_new(reminders, round_id=round_id, person=person, stage=stage, at=at)

    async def release(self, round_id: str, person: str, stage: BallotStage) -> None:
        condition = (reminders.c.round_id == round_id) & (reminders.c.person == person) & (reminders.c.stage == stage)
        await self._database.execute(delete(reminders).where(condition))


async def clear_reminders(connection: AsyncConnection, round_id: str) -> None:
    """Delete the reminders of voters after the deadline moved; the note that all votes are in (no person) stays."""
    condition = (reminders.c.round_id == round_id) & (reminders.c.person != "")
    await connection.execute(delete(reminders).where(condition))
