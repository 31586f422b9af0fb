"""Denormalized status of a character: its visible channel, and whether it has a face.

Both are derived from faces and rounds, so that a roster page does not scan all faces of a workspace. A transaction that
locks or unlocks a face, or opens or ends a round, also refreshes the character's status.
"""

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db.face_tables import faces
from storage.db.tables import characters, is_open, rounds


async def lock_character_row(connection: AsyncConnection, character_id: str) -> None:
    """Lock the character's row until the transaction ends.

    For PostgreSQL: every transaction locks a character before its rounds, so that opening and ending cannot deadlock.
    """
    await connection.execute(select(characters.c.id).where(characters.c.id == character_id).with_for_update())


async def lock_character_row_of_round(connection: AsyncConnection, round_id: str) -> str:
    """Lock the row of a round's character; return its id, empty if the round does not exist."""
    character_id = await connection.scalar(select(rounds.c.character_id).where(rounds.c.id == round_id))
    if character_id:
        await lock_character_row(connection, character_id)
    return character_id or ""


async def refresh_status(connection: AsyncConnection, character_id: str) -> None:
    """Recompute the status of a character whose row is locked."""
    is_face_of_character = faces.c.character_id == characters.c.id
    latest_channel = select(faces.c.channel).where(is_face_of_character).order_by(faces.c.version.desc()).limit(1)
    locked_channel = latest_channel.where(faces.c.unlocked.is_(None))
    casting_channel = select(rounds.c.channel).where(rounds.c.character_id == characters.c.id, is_open).limit(1)
    visible_channel = func.coalesce(
        locked_channel.scalar_subquery(), latest_channel.scalar_subquery(), casting_channel.scalar_subquery()
    )
    has_face = select(faces.c.round_id).where(is_face_of_character, faces.c.unlocked.is_(None)).exists()
    statement = update(characters).where(characters.c.id == character_id)
    await connection.execute(statement.values(visible_channel=visible_channel, has_face=has_face))
