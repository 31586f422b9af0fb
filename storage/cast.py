"""How the roster's statements join: each character with its production, its face (else the newest it had)
and its open round."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from storage.tables import characters, faces, is_open, productions, rounds

# A face was locked, if only once, or a round is open: other names were only tried.
CAST = or_(faces.c.round_id.is_not(None), rounds.c.id.is_not(None))
# The channel in which a character's face was cast, or is being cast, or that its production began in.
WHERE = func.coalesce(faces.c.channel, rounds.c.channel, productions.c.channel)

HAS_FACE = and_(faces.c.round_id.is_not(None), faces.c.released.is_(None))


def with_faces(*columns: ColumnElement[Any]) -> Select[Any]:
    """`columns` of every character, one row each."""
    newer = faces.alias()
    newest = select(func.max(newer.c.version)).where(newer.c.character_id == characters.c.id)
    present = func.coalesce(newest.where(newer.c.released.is_(None)).scalar_subquery(), newest.scalar_subquery())
    shown = and_(faces.c.character_id == characters.c.id, faces.c.version == present)
    casting = and_(rounds.c.character_id == characters.c.id, is_open)
    return select(*columns).join_from(characters, productions).outerjoin(faces, shown).outerjoin(rounds, casting)
