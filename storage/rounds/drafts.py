"""Briefs that wait for somebody to say yes, or to fill in a form."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.brief import Brief
from bot.domain.ids import ChannelRef
from bot.ports.rounds import RoundDraft
from storage.db.engine import upsert
from storage.db.tables import round_drafts


async def save_draft(connection: AsyncConnection, draft: RoundDraft) -> None:
    """Write a wish; one that is kept already stays as it is."""
    row = {"id": draft.id, "team": draft.place.team, "channel": draft.place.channel, "person": draft.person}
    statement = upsert(connection, round_drafts).values(
        **row, brief=draft.brief, lead=draft.lead, source_thread_ts=draft.source_thread_ts
    )
    await connection.execute(statement.on_conflict_do_nothing())


async def update_draft(connection: AsyncConnection, draft_id: str, brief: Brief, event_ts_us: int | None) -> bool:
    """Put `brief` in the place of the one kept, unless a later stamp did; whether it stands now."""
    base_statement = update(round_drafts).where(round_drafts.c.id == draft_id)
    statement = (
        base_statement.values(brief=brief)
        if event_ts_us is None
        else base_statement.where(round_drafts.c.event_ts_us <= event_ts_us).values(
            brief=brief, event_ts_us=event_ts_us
        )
    )
    return (await connection.execute(statement)).rowcount == 1


async def get_draft(connection: AsyncConnection, draft_id: str) -> RoundDraft | None:
    row = (await connection.execute(select(round_drafts).where(round_drafts.c.id == draft_id))).one_or_none()
    if row is None:
        return None
    return RoundDraft(row.id, ChannelRef(row.team, row.channel), row.person, row.brief, row.lead, row.source_thread_ts)
