"""How a round ends: with a face, or void."""

from dataclasses import replace

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.face import Face
from bot.domain.round import OPEN_STATES, RoundState
from storage.db.rows import to_row
from storage.db.tables import faces, rounds
from storage.roster.status import lock_character_row, lock_character_row_of_round, refresh_status


async def lock_face(connection: AsyncConnection, round_id: str, face: Face) -> bool:
    """closed -> locked with the character's next version of its face; False when it is not closed."""
    await lock_character_row(connection, face.character_id)
    statement = update(rounds).where(rounds.c.id == round_id, rounds.c.state == RoundState.CLOSED)
    result = await connection.execute(statement.values(state=RoundState.LOCKED, locked_slot=face.slot_id))
    if result.rowcount == 0:
        return False
    latest_version = select(func.max(faces.c.version)).where(faces.c.character_id == face.character_id)
    version = (await connection.scalar(latest_version) or 0) + 1
    await connection.execute(insert(faces).values(to_row(replace(face, version=version))))
    await refresh_status(connection, face.character_id)
    return True


async def void_round(connection: AsyncConnection, round_id: str, reason: str) -> bool:
    """drawing, voting or closed -> void; what its slots still reserve goes back as each of them ends."""
    character_id = await lock_character_row_of_round(connection, round_id)
    statement = update(rounds).where(rounds.c.id == round_id, rounds.c.state.in_(OPEN_STATES))
    if (await connection.execute(statement.values(state=RoundState.VOID, void_reason=reason))).rowcount == 0:
        return False
    await refresh_status(connection, character_id)
    return True


async def change_lead(connection: AsyncConnection, round_id: str, previous_lead: str, person: str) -> bool:
    """Another lead, if `before` still is; who started the round, and pays for it, stays the same."""
    statement = update(rounds).where(
        rounds.c.id == round_id, rounds.c.lead == previous_lead, rounds.c.state != RoundState.VOID
    )
    started_by = case((rounds.c.requested_by == "", previous_lead), else_=rounds.c.requested_by)
    return (await connection.execute(statement.values(lead=person, requested_by=started_by))).rowcount == 1
