"""How a round ends: with a face, or void; and how a face is let go."""

from dataclasses import replace

from sqlalchemy import Select, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deed import Deed
from bot.face import Face, Place, Release
from bot.round import OPEN, State
from storage.chronicle import write
from storage.rows import row_of
from storage.standing import hold, hold_of, settle
from storage.tables import faces, rounds


async def lock(connection: AsyncConnection, round_id: str, face: Face) -> bool:
    """closed -> locked with the character's next version of its face; False when it is not closed."""
    await hold(connection, face.character_id)
    locked = update(rounds).where(rounds.c.id == round_id, rounds.c.state == State.CLOSED)
    changed = await connection.execute(locked.values(state=State.LOCKED, locked_slot=face.slot_id))
    if changed.rowcount == 0:
        return False
    latest = select(func.max(faces.c.version)).where(faces.c.character_id == face.character_id)
    version = (await connection.scalar(latest) or 0) + 1
    await connection.execute(insert(faces).values(row_of(replace(face, version=version))))
    await settle(connection, face.character_id)
    return True


def present_face(character_id: str) -> Select[str]:
    """The round that gave the character's face: the newest that nobody unlocked."""
    theirs = (faces.c.character_id == character_id) & faces.c.released.is_(None)
    return select(faces.c.round_id).where(theirs).order_by(faces.c.version.desc()).limit(1)


async def let_go(connection: AsyncConnection, round_id: str, release: Release) -> bool:
    """Unlock a face and write the deed; False when somebody did before."""
    await hold_of(connection, round_id)
    here = (faces.c.round_id == round_id) & faces.c.released.is_(None)
    unlocked = update(faces).where(here).values(released=release)
    row = (
        await connection.execute(unlocked.returning(faces.c.team, faces.c.channel, faces.c.character_id))
    ).one_or_none()
    if row is None:
        return False
    place = Place(row.team, row.channel)
    deed = Deed("unlocked", place, release.person, release.at, row.character_id, round_id, release.reason)
    await write(connection, deed)
    await settle(connection, row.character_id)
    return True


async def void(connection: AsyncConnection, round_id: str, why: str) -> bool:
    """drawing, voting or closed -> void; what its slots still reserve goes back as each of them ends."""
    character_id = await hold_of(connection, round_id)
    ended = update(rounds).where(rounds.c.id == round_id, rounds.c.state.in_(OPEN))
    if (await connection.execute(ended.values(state=State.VOID, why_void=why))).rowcount == 0:
        return False
    await settle(connection, character_id)
    return True


async def take_over(connection: AsyncConnection, round_id: str, before: str, person: str) -> bool:
    """Another lead, if `before` still is; who started the round, and pays for it, stays the same."""
    theirs = update(rounds).where(rounds.c.id == round_id, rounds.c.lead == before, rounds.c.state != State.VOID)
    starter = case((rounds.c.asked_by == "", before), else_=rounds.c.asked_by)
    return (await connection.execute(theirs.values(lead=person, asked_by=starter))).rowcount == 1
