"""Briefs that wait for a confirmation or for a form."""

from sqlalchemy import select, update

from bot.domain.brief import Brief
from bot.ports.rounds import RoundDraft
from storage.db.engine import Database, insert_new
from storage.db.rows import to_row, with_place
from storage.db.tables import round_drafts

_COLUMNS = [column for column in round_drafts.c if column is not round_drafts.c.event_ts_us]


class SqlDraftRepository:
    """Drafts in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, draft: RoundDraft) -> None:
        async with self._database.transaction() as connection:
            await insert_new(connection, round_drafts, **to_row(draft))

    async def update(self, draft_id: str, brief: Brief, event_ts_us: int | None) -> bool:
        statement = update(round_drafts).where(round_drafts.c.id == draft_id).values(brief=brief)
        if event_ts_us is not None:
            statement = statement.where(round_drafts.c.event_ts_us <= event_ts_us).values(event_ts_us=event_ts_us)
        return await self._database.change_one(statement)

    async def get(self, draft_id: str) -> RoundDraft | None:
        rows = await self._database.fetch_all(select(*_COLUMNS).where(round_drafts.c.id == draft_id))
        return RoundDraft(**with_place(rows[0]._asdict())) if rows else None
