"""Briefs that wait for a confirmation or for a form."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from bot.domain.brief import Brief
from bot.ports.rounds import RoundDraft
from storage.db.repository import TimedRepository
from storage.db.rows import to_row, with_place
from storage.db.tables import round_drafts

_COLUMNS = [column for column in round_drafts.c if column.name not in ("event_ts_us", "saved_at")]


class SqlDraftRepository(TimedRepository):
    """Drafts in a database."""

    async def save(self, draft: RoundDraft) -> None:
        await self._insert_new(round_drafts, **to_row(draft), saved_at=self._now())

    async def update(self, draft_id: str, brief: Brief, event_ts_us: int | None) -> bool:
        statement = update(round_drafts).where(round_drafts.c.id == draft_id).values(brief=brief)
        if event_ts_us is not None:
            statement = statement.where(round_drafts.c.event_ts_us <= event_ts_us).values(event_ts_us=event_ts_us)
        return await self._database.change_one(statement)

    async def get(self, draft_id: str) -> RoundDraft | None:
        row = await self._database.fetch_first(select(*_COLUMNS).where(round_drafts.c.id == draft_id))
        return RoundDraft(**with_place(row._asdict())) if row else None

    async def count_since(self, person: str, team: str, at: datetime) -> int:
        condition = (round_drafts.c.team == team) & (round_drafts.c.person == person) & (round_drafts.c.saved_at >= at)
        return await self._database.fetch_value(select(func.count()).where(condition)) or 0

    async def delete_before(self, at: datetime) -> Sequence[tuple[str, str]]:
        async with self._database.transaction() as connection:
            statement = delete(round_drafts).where(round_drafts.c.saved_at < at)
            rows = await connection.execute(statement.returning(round_drafts.c.team, round_drafts.c.id))
            return [(row.team, row.id) for row in rows]
