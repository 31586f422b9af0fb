"""The port `Roster`: characters, their faces and the rounds that cast them now."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import fold
from bot.face import Character, Face, Place
from storage.database import Database
from storage.rows import FACE, face_of
from storage.tables import aliases, characters, faces, is_open, productions, rounds

# A face was locked, or a round is open: other names were only tried.
_CAST = or_(faces.c.round_id.is_not(None), rounds.c.id.is_not(None))
# Rows made into values between two looks at everything else that waits for the event loop.
_AT_A_TIME = 200


class SqlRoster:
    """Characters and faces in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def characters(self, team: str) -> Sequence[Character]:
        async with self._database.read() as connection:
            return await _found(connection, and_(productions.c.team == team, _CAST))

    async def named(self, team: str, name: str) -> Sequence[Character]:
        folded = fold(name)
        also = select(aliases.c.character_id).where(aliases.c.folded == folded)
        alike = or_(characters.c.folded == folded, characters.c.id.in_(also))
        async with self._database.read() as connection:
            return await _found(connection, and_(productions.c.team == team, alike, _CAST))

    async def character(self, character_id: str) -> Character | None:
        async with self._database.read() as connection:
            return next(iter(await _found(connection, characters.c.id == character_id)), None)

    async def face(self, round_id: str) -> Face | None:
        async with self._database.read() as connection:
            rows = await connection.execute(select(*FACE).where(faces.c.round_id == round_id))
            row = rows.mappings().one_or_none()
            return face_of(row) if row else None

    async def history(self, character_id: str) -> Sequence[Face]:
        versions = select(*FACE).where(faces.c.character_id == character_id).order_by(faces.c.version.desc())
        async with self._database.read() as connection:
            return [face_of(row) for row in (await connection.execute(versions)).mappings()]

    async def production(self, channel: str) -> Sequence[Face]:
        """Every face that was cast in a channel, in the order they were locked."""
        here = select(*FACE).where(faces.c.channel == channel).order_by(faces.c.locked_at, faces.c.round_id)
        async with self._database.read() as connection:
            return [face_of(row) for row in (await connection.execute(here)).mappings()]


async def _found(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Character]:
    found: list[Character] = []
    async with connection.stream(_with_faces().where(which)) as rows:
        async for some in rows.mappings().partitions(_AT_A_TIME):
            found += [_character_of(row) for row in some]
    return found


def _with_faces() -> Select[tuple[object, ...]]:
    """Each character with its production, its newest face and its open round, by name."""
    newer = faces.alias()
    newest = select(func.max(newer.c.version)).where(newer.c.character_id == characters.c.id).scalar_subquery()
    shown = and_(faces.c.character_id == characters.c.id, faces.c.version == newest)
    casting = and_(rounds.c.character_id == characters.c.id, is_open)
    where = func.coalesce(faces.c.channel, rounds.c.channel, productions.c.channel).label("channel")
    return (
        select(
            characters.c.id,
            characters.c.name,
            characters.c.production_id,
            productions.c.team,
            productions.c.name.label("film"),
            where,
            rounds.c.id.label("open_round"),
            *FACE,
        )
        .join_from(characters, productions)
        .outerjoin(faces, shown)
        .outerjoin(rounds, casting)
        .order_by(characters.c.folded, characters.c.id)
    )


def _character_of(row: RowMapping) -> Character:
    face = face_of(row) if row["face_round_id"] else None
    place = Place(row["team"], row["channel"])
    return Character(row["id"], row["name"], place, face, row["open_round"], row["production_id"], film=row["film"])
