"""Ballot papers: one a person and leg, the newest kept; each new one raises the version a close is compared with."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballot import Paper
from bot.round import State
from storage.database import upsert
from storage.slots import bump
from storage.tables import papers, rounds


async def put_in(connection: AsyncConnection, new: Paper) -> bool:
    """Keep a newer paper of a voting round; False when it came too late or an equal or newer one is there."""
    voting = select(rounds.c.id).where(rounds.c.id == new.round_id, rounds.c.state == State.VOTING)
    if await connection.scalar(voting.with_for_update()) is None:
        return False
    written = upsert(connection, papers).values(**vars(new))
    key = [column.name for column in papers.primary_key]
    answers = {name: getattr(new, name) for name in ("human", "likeness", "tells", "stamp")}
    newer = written.on_conflict_do_update(index_elements=key, set_=answers, where=papers.c.stamp < new.stamp)
    if await connection.scalar(newer.returning(papers.c.person)) is None:
        return False
    await bump(connection, new.round_id)
    return True


async def papers_of(connection: AsyncConnection, round_id: str) -> Sequence[Paper]:
    rows = await connection.execute(select(papers).where(papers.c.round_id == round_id))
    return [Paper(**row) for row in rows.mappings()]
