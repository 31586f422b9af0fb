"""How a round ends: with a face, or void."""

from dataclasses import replace

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.face import Face
from bot.round import OPEN, State
from storage.rows import row_of
from storage.tables import faces, rounds


async def lock(connection: AsyncConnection, round_id: str, face: Face) -> bool:
    """closed -> locked with the character's next version of its face; False when it is not closed."""
    locked = update(rounds).where(rounds.c.id == round_id, rounds.c.state == State.CLOSED)
    changed = await connection.execute(locked.values(state=State.LOCKED, locked_slot=face.slot_id))
    if changed.rowcount == 0:
        return False
    latest = select(func.max(faces.c.version)).where(faces.c.character_id == face.character_id)
    version = (await connection.scalar(latest) or 0) + 1
    await connection.execute(insert(faces).values(row_of(replace(face, version=version))))
    return True


async def void(connection: AsyncConnection, round_id: str, why: str) -> bool:
    """drawing, voting or closed -> void; what its slots still reserve goes back as each of them ends."""
    ended = update(rounds).where(rounds.c.id == round_id, rounds.c.state.in_(OPEN))
    return (await connection.execute(ended.values(state=State.VOID, why_void=why))).rowcount == 1


async def take_over(connection: AsyncConnection, round_id: str, before: str, person: str) -> bool:
    """Another lead, if `before` still is; who started the round, and pays for it, stays the same."""
    theirs = update(rounds).where(rounds.c.id == round_id, rounds.c.lead == before, rounds.c.state != State.VOID)
    starter = case((rounds.c.asked_by == "", before), else_=rounds.c.asked_by)
    return (await connection.execute(theirs.values(lead=person, asked_by=starter))).rowcount == 1
