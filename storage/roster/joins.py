"""How the roster's statements join: each character with its production, its face (else the newest it had)
and its open round."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from storage.db.tables import characters, faces, is_open, productions, rounds

# A face was locked, if only once, or a round is open: other names were only tried.
IS_CAST = or_(faces.c.round_id.is_not(None), rounds.c.id.is_not(None))
# The channel in which a character's face was cast, or is being cast, or that its production began in.
CHANNEL = func.coalesce(faces.c.channel, rounds.c.channel, productions.c.channel)

HAS_FACE = and_(faces.c.round_id.is_not(None), faces.c.unlocked.is_(None))


def select_characters(*columns: ColumnElement[Any]) -> Select[Any]:
    """`columns` of every character, one row each."""
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
