"""The port `Roster`: characters, their faces and the rounds that cast them now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, RowMapping, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deed import Deed
from bot.face import Character, Face, Place, Release
from bot.ports import Called, Page, Search, Shelf
from storage import naming, searching
from storage.cast import CAST, WHERE, with_faces
from storage.database import Database
from storage.outcome import let_go
from storage.rows import FACE, face_of
from storage.tables import aliases, characters, faces, productions, rounds

# Rows made into values between two looks at everything else that waits for the event loop.
_AT_A_TIME = 200


class SqlRoster:
    """Characters and faces in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def characters(self, team: str) -> Sequence[Character]:
        async with self._database.read() as connection:
            return await _found(connection, and_(productions.c.team == team, CAST))

    async def named(self, team: str, name: str) -> Sequence[Character]:
        async with self._database.read() as connection:
            called = await searching.called_so(connection, team, name)
            return await _found(connection, and_(characters.c.id.in_(called), CAST))

    async def shelves(self, team: str) -> Sequence[Shelf]:
        async with self._database.read() as connection:
            return await searching.shelves(connection, team)

    async def page(self, search: Search, limit: int, offset: int) -> Page:
        async with self._database.read() as connection:
            ids, total = await searching.ids(connection, search, limit, offset)
            return Page(tuple(await _some(connection, ids)), total)

    async def like(self, team: str, name: str, limit: int) -> Sequence[Called]:
        async with self._database.read() as connection:
            return await searching.like(connection, team, name, limit)

    async def some(self, character_ids: Sequence[str]) -> Sequence[Character]:
        async with self._database.read() as connection:
            return await _some(connection, character_ids)

    async def name(self, character: Character, alias: str, deed: Deed) -> str:
        async with self._database.change() as connection:
            return await naming.name(connection, character, alias, deed)

    async def unname(self, production: str, alias: str, deed: Deed) -> str:
        async with self._database.change() as connection:
            return await naming.unname(connection, production, alias, deed)

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

    async def release(self, round_id: str, release: Release) -> bool:
        async with self._database.change() as connection:
            return await let_go(connection, round_id, release)

    async def production(self, channel: str) -> Sequence[Face]:
        """Every face that was cast in a channel, in the order they were locked."""
        here = select(*FACE).where(faces.c.channel == channel).order_by(faces.c.locked_at, faces.c.round_id)
        async with self._database.read() as connection:
            return [face_of(row) for row in (await connection.execute(here)).mappings()]


async def _some(connection: AsyncConnection, ids: Sequence[str]) -> list[Character]:
    found = {c.id: c for c in await _found(connection, characters.c.id.in_(ids))} if ids else {}
    return [found[id_] for id_ in ids if id_ in found]


async def _found(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Character]:
    found: list[Character] = []
    async with connection.stream(_listed().where(which)) as rows:
        async for some in rows.mappings().partitions(_AT_A_TIME):
            found += [_character_of(row) for row in some]
    also = await _aliases(connection, [character.id for character in found])
    return [replace(c, aliases=tuple(also[c.id])) if c.id in also else c for c in found]


async def _aliases(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[str]]:
    """The other names of those characters that have any, by id."""
    also: defaultdict[str, list[str]] = defaultdict(list)
    for at in range(0, len(ids), _AT_A_TIME):
        theirs = select(aliases).where(aliases.c.character_id.in_(ids[at : at + _AT_A_TIME]))
        for row in await connection.execute(theirs.order_by(aliases.c.folded)):
            also[row.character_id].append(row.name)
    return also


def _listed() -> Select[tuple[object, ...]]:
    columns = (characters.c.id, characters.c.name, characters.c.production_id, productions.c.team)
    named = productions.c.name.label("film")
    listed = with_faces(*columns, named, WHERE.label("channel"), rounds.c.id.label("open_round"), *FACE)
    return listed.order_by(characters.c.folded, characters.c.id)


def _character_of(row: RowMapping) -> Character:
    newest = face_of(row) if row["face_round_id"] else None
    face, former = (None, newest) if newest and newest.released else (newest, None)
    place = Place(row["team"], row["channel"])
    known = Character(row["id"], row["name"], place, face, row["open_round"], row["production_id"])
    return replace(known, former=former, film=row["film"])
