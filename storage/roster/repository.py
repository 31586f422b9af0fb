"""The port `Roster`: characters, their aliases and their faces."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.audit import AuditEvent
from bot.domain.face import Character, Face, Unlock
from bot.domain.ids import ChannelRef
from bot.domain.name_match import NameMatch
from bot.domain.names import normalize_name
from bot.ports.roster import Page, RosterQuery, RosterSection
from storage.audit_log import add_audit_event
from storage.db.face_tables import faces
from storage.db.repository import SqlRepository, insert_new
from storage.db.rows import FACE_COLUMNS, batches, face_from_row
from storage.db.tables import aliases, characters, productions, rounds
from storage.roster import search
from storage.roster.faces import unlock_face
from storage.roster.joins import CHANNEL, IS_CAST, select_characters
from storage.roster.trigrams import index_name

# Rows that are converted without yielding to the event loop.
_BATCH_SIZE = 200


class SqlRoster(SqlRepository):
    """Characters and faces in a database."""

    async def by_name(self, team: str, name: str) -> Sequence[Character]:
        async with self._database.snapshot() as connection:
            ids = await search.ids_by_name(connection, team, name)
            return await _list_characters(connection, and_(characters.c.id.in_(ids), IS_CAST))

    async def sections(self, team: str) -> Sequence[RosterSection]:
        async with self._database.snapshot() as connection:
            return await search.list_sections(connection, team)

    async def page(self, query: RosterQuery, limit: int, offset: int) -> Page:
        async with self._database.snapshot() as connection:
            ids, total = await search.find_ids(connection, query, limit, offset)
            return Page(tuple(await _get_many(connection, ids)), total)

    async def similar_names(self, team: str, name: str, limit: int) -> Sequence[NameMatch]:
        async with self._database.snapshot() as connection:
            return await search.similar_names(connection, team, name, limit)

    async def get_many(self, character_ids: Sequence[str]) -> Sequence[Character]:
        async with self._database.snapshot() as connection:
            return await _get_many(connection, character_ids)

    async def add_alias(self, character: Character, alias: str, audit_event: AuditEvent) -> str:
        async with self._database.transaction() as connection:
            name_key = normalize_name(alias)
            is_character_name = and_(
                characters.c.production_id == character.production_id, characters.c.name_key == name_key
            )
            if name := await connection.scalar(select(characters.c.name).where(is_character_name)):
                return str(name)
            row = {"production_id": character.production_id, "name_key": name_key}
            row |= {"name": alias, "character_id": character.id}
            if not await insert_new(connection, aliases, **row):
                holder = (await connection.execute(search.alias_holder_query(character.production_id, name_key))).one()
                return "" if holder.id == character.id else str(holder.name)
            await index_name(connection, character.place.team, alias)
            await add_audit_event(connection, audit_event)
            return ""

    async def remove_alias(self, production_id: str, alias: str, audit_event: AuditEvent) -> str:
        async with self._database.transaction() as connection:
            name_key = normalize_name(alias)
            holder = (await connection.execute(search.alias_holder_query(production_id, name_key))).one_or_none()
            if holder is None:
                return ""
            is_alias = and_(aliases.c.production_id == production_id, aliases.c.name_key == name_key)
            await connection.execute(delete(aliases).where(is_alias))
            await add_audit_event(connection, replace(audit_event, character_id=holder.id))
            return str(holder.name)

    async def get(self, character_id: str) -> Character | None:
        async with self._database.snapshot() as connection:
            return next(iter(await _list_characters(connection, characters.c.id == character_id)), None)

    async def get_face(self, round_id: str) -> Face | None:
        return next(iter(await self._list_faces(faces.c.round_id == round_id)), None)

    async def list_faces(self, character_id: str) -> Sequence[Face]:
        return await self._list_faces(faces.c.character_id == character_id, faces.c.version.desc())

    async def unlock(self, round_id: str, unlock: Unlock) -> bool:
        async with self._database.transaction() as connection:
            return await unlock_face(connection, round_id, unlock)

    async def faces_of_channel(self, channel: str) -> Sequence[Face]:
        """Return every face that was cast in a channel, in the order in which they were locked."""
        return await self._list_faces(faces.c.channel == channel, faces.c.locked_at, faces.c.round_id)

    async def _list_faces(self, condition: ColumnElement[bool], *order: ColumnElement[Any]) -> list[Face]:
        async with self._database.snapshot() as connection:
            rows = await connection.execute(select(*FACE_COLUMNS).where(condition).order_by(*order))
            return [face_from_row(row) for row in rows.mappings()]


async def _get_many(connection: AsyncConnection, ids: Sequence[str]) -> list[Character]:
    characters_by_id = {c.id: c for c in await _list_characters(connection, characters.c.id.in_(ids))} if ids else {}
    return [characters_by_id[id_] for id_ in ids if id_ in characters_by_id]


async def _list_characters(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[Character]:
    found: list[Character] = []
    async with connection.stream(_characters_query().where(condition)) as rows:
        async for batch in rows.mappings().partitions(_BATCH_SIZE):
            found += [_character_from_row(row) for row in batch]
    aliases_by_id = await _aliases_by_id(connection, [character.id for character in found])
    return [replace(c, aliases=tuple(aliases_by_id[c.id])) if c.id in aliases_by_id else c for c in found]


async def _aliases_by_id(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[str]]:
    names_by_id: defaultdict[str, list[str]] = defaultdict(list)
    for batch in batches(ids, _BATCH_SIZE):
        query = select(aliases).where(aliases.c.character_id.in_(batch))
        for row in await connection.execute(query.order_by(aliases.c.name_key)):
            names_by_id[row.character_id].append(row.name)
    return names_by_id


def _characters_query() -> Select[tuple[object, ...]]:
    columns = (characters.c.id, characters.c.name, characters.c.production_id, productions.c.team)
    production_name = productions.c.name.label("production_name")
    query = select_characters(
        *columns, production_name, CHANNEL.label("channel"), rounds.c.id.label("open_round"), *FACE_COLUMNS
    )
    return query.order_by(characters.c.name_key, characters.c.id)


def _character_from_row(row: RowMapping) -> Character:
    latest = face_from_row(row) if row["face_round_id"] else None
    face, last_unlocked_face = (None, latest) if latest and latest.unlocked else (latest, None)
    place = ChannelRef(row["team"], row["channel"])
    character = Character(row["id"], row["name"], place, face, row["open_round"], row["production_id"])
    return replace(character, last_unlocked_face=last_unlocked_face, production_name=row["production_name"])
