"""Where a character stands, kept beside it: in which channel its face was, or is being, cast, and whether it has one.

Both follow from faces and rounds. They are kept because the pages, sums and shelves of a roster would else look at all
faces of a workspace. Whoever gives or takes a face, opens a round or ends one settles its character in the same
transaction.
"""

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db.tables import characters, faces, is_open, rounds


async def lock_character_row(connection: AsyncConnection, character_id: str) -> None:
    """Nobody else changes the character until the transaction ends.

    For PostgreSQL: a character is held before its rounds are, so that who opens and who ends never wait in a circle.
    """
    await connection.execute(select(characters.c.id).where(characters.c.id == character_id).with_for_update())


async def lock_character_row_of_round(connection: AsyncConnection, round_id: str) -> str:
    """The same for whomever a round casts; their id, empty where there is no such round."""
    character_id = await connection.scalar(select(rounds.c.character_id).where(rounds.c.id == round_id))
    if character_id:
        await lock_character_row(connection, character_id)
    return character_id or ""


async def refresh_status(connection: AsyncConnection, character_id: str) -> None:
    """Keep what the faces and rounds of this character, which is held, say now."""
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
