"""Briefs that wait for a confirmation or for a form."""

from sqlalchemy import select, update

from bot.domain.brief import Brief
from bot.domain.ids import ChannelRef
from bot.ports.rounds import RoundDraft
from storage.db.engine import Database, upsert
from storage.db.tables import round_drafts


class SqlDraftRepository:
    """Drafts in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, draft: RoundDraft) -> None:
        async with self._database.transaction() as connection:
            row = {"id": draft.id, "team": draft.place.team, "channel": draft.place.channel, "person": draft.person}
            statement = upsert(connection, round_drafts).values(
                **row, brief=draft.brief, lead=draft.lead, source_thread_ts=draft.source_thread_ts
            )
            await connection.execute(statement.on_conflict_do_nothing())

    async def update(self, draft_id: str, brief: Brief, event_ts_us: int | None) -> bool:
        async with self._database.transaction() as connection:
            base_statement = update(round_drafts).where(round_drafts.c.id == draft_id)
            statement = (
                base_statement.values(brief=brief)
                if event_ts_us is None
                else base_statement.where(round_drafts.c.event_ts_us <= event_ts_us).values(
                    brief=brief, event_ts_us=event_ts_us
                )
            )
            return (await connection.execute(statement)).rowcount == 1

    async def get(self, draft_id: str) -> RoundDraft | None:
        async with self._database.snapshot() as connection:
            row = (await connection.execute(select(round_drafts).where(round_drafts.c.id == draft_id))).one_or_none()
            if row is None:
                return None
            return RoundDraft(
                row.id, ChannelRef(row.team, row.channel), row.person, row.brief, row.lead, row.source_thread_ts
            )
