"""The join of characters with their productions, open rounds and faces.

A character's face is its current one, else the newest unlocked one.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from storage.db.face_tables import faces
from storage.db.tables import characters, is_open, productions, rounds

# A character is on the roster once a face was locked or while a round is open.
IS_CAST = or_(faces.c.round_id.is_not(None), rounds.c.id.is_not(None))
# The channel of the face, else of the open round, else the production's home.
CHANNEL = func.coalesce(faces.c.channel, rounds.c.channel, productions.c.channel)


def select_characters(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select `columns` of every character, one row each."""
    other_faces = faces.alias()
    latest_version = select(func.max(other_faces.c.version)).where(other_faces.c.character_id == characters.c.id)
    shown_version = func.coalesce(
        latest_version.where(other_faces.c.unlocked.is_(None)).scalar_subquery(), latest_version.scalar_subquery()
    )
    is_shown_face = and_(faces.c.character_id == characters.c.id, faces.c.version == shown_version)
    is_open_round = and_(rounds.c.character_id == characters.c.id, is_open)
    return (
        select(*columns)
        .join_from(characters, productions)
        .outerjoin(faces, is_shown_face)
        .outerjoin(rounds, is_open_round)
    )
