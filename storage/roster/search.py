"""Search in large rosters: pages of ids, and similar names."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import ChannelRef
from bot.domain.name_match import NameMatch
from bot.domain.names import normalize_name
from bot.ports.roster import RosterQuery, RosterSection
from storage.db.tables import aliases, characters, productions
from storage.roster import trigrams


async def list_sections(connection: AsyncConnection, team: str) -> Sequence[RosterSection]:
    """Return each production with characters, and its channels, by name."""
    production_names = await _production_names(connection, team)
    sections = [
        RosterSection(id_, production_names[id_], ChannelRef(team, channel))
        for id_, channel, _ in await _counts(connection, _in_workspace(team))
    ]
    return sorted(
        sections, key=lambda section: (section.production_name.casefold(), section.production_id, section.place.channel)
    )


async def find_ids(
    connection: AsyncConnection, query: RosterQuery, limit: int, offset: int
) -> tuple[Sequence[str], int]:
    """Return the ids of one page, by production and name, and the total number of matches.

    Counts all matches by production and channel, but reads only the rows of the page.
    """
    if not query.places:
        return [], 0
    team, visible_channels = query.places[0].team, {place.channel for place in query.places}
    production_names = await _production_names(connection, team)
    channels, counts = defaultdict[str, list[str]](list), Counter[str]()
    for production_id, channel, count in await _counts(connection, _in_workspace(team), *_conditions(query)):
        if channel in visible_channels:
            channels[production_id].append(channel)
            counts[production_id] += count
    found: list[str] = []
    for production_id in sorted(counts, key=lambda id_: (production_names[id_].casefold(), id_)):
        if (page_limit := min(limit - len(found), counts[production_id] - offset)) > 0:
            condition = and_(
                characters.c.production_id == production_id, characters.c.visible_channel.in_(channels[production_id])
            )
            page = select(characters.c.id).where(condition, *_conditions(query)).limit(page_limit).offset(offset)
            found += await connection.scalars(page.order_by(characters.c.name_key, characters.c.id))
        offset = max(0, offset - counts[production_id])
    return found, counts.total()


async def similar_names(connection: AsyncConnection, team: str, name: str, limit: int) -> Sequence[NameMatch]:
    """Return the names and aliases that are spelt most like `name`, at most `limit` spellings."""
    rank_by_key = {
        name_key: rank for rank, name_key in enumerate(await trigrams.similar_names(connection, team, name, limit))
    }
    production_names = await _production_names(connection, team)
    columns = (characters.c.id, characters.c.production_id, characters.c.visible_channel)
    # Not filtered by workspace: SQLite would start with that filter and scan all its characters.
    by_name = select(*columns, characters.c.name_key).where(characters.c.name_key.in_(rank_by_key))
    alias_holders = select(aliases.c.character_id).where(aliases.c.name_key.in_(rank_by_key))
    by_alias = (
        select(*columns, aliases.c.name_key).join_from(characters, aliases).where(characters.c.id.in_(alias_holders))
    )
    found = [
        NameMatch(row.id, row.name_key, ChannelRef(team, row.visible_channel), row.production_id)
        for query in (by_name, by_alias)
        for row in await connection.execute(query)
        if row.production_id in production_names and row.visible_channel is not None and row.name_key in rank_by_key
    ]
    return sorted(found, key=lambda match: rank_by_key[match.name_key])


def alias_holder_query(production_id: str, name_key: str) -> Select[str, str]:
    """Select id and name of the character that has an alias in a production."""
    is_alias = and_(aliases.c.production_id == production_id, aliases.c.name_key == name_key)
    return select(characters.c.id, characters.c.name).join_from(aliases, characters).where(is_alias)


async def ids_by_name(connection: AsyncConnection, team: str, name: str) -> Sequence[str]:
    """Return the ids of the workspace's characters with this name or alias."""
    name_key = normalize_name(name)
    by_name = select(characters.c.id).join_from(characters, productions)
    by_alias = select(aliases.c.character_id).join_from(aliases, productions)
    in_workspace = productions.c.team == team
    query = union(
        by_name.where(in_workspace, characters.c.name_key == name_key),
        by_alias.where(in_workspace, aliases.c.name_key == name_key),
    )
    return (await connection.scalars(query)).all()


async def _production_names(connection: AsyncConnection, team: str) -> dict[str, str]:
    rows = await connection.execute(select(productions.c.id, productions.c.name).where(productions.c.team == team))
    return {row.id: row.name for row in rows}


async def _counts(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[tuple[str, str, int]]:
    group = (characters.c.production_id, characters.c.visible_channel)
    query = select(*group, func.count()).where(characters.c.visible_channel.is_not(None), *conditions).group_by(*group)
    return [(production_id, channel, count) for production_id, channel, count in await connection.execute(query)]


def _in_workspace(team: str) -> ColumnElement[bool]:
    return characters.c.production_id.in_(select(productions.c.id).where(productions.c.team == team))


def _conditions(query: RosterQuery) -> Iterator[ColumnElement[bool]]:
    """Yield the query's conditions, except its channels."""
    if query.production_id:
        yield characters.c.production_id == query.production_id
    if query.only_with_face:
        yield characters.c.has_face
    if name_prefix := normalize_name(query.name_prefix):
        yield characters.c.name_key.startswith(name_prefix, autoescape=True)
    if text := normalize_name(query.text):
        condition = and_(productions.c.team == query.places[0].team, aliases.c.name_key.contains(text, autoescape=True))
        alias_holders = select(aliases.c.character_id).join_from(productions, aliases).where(condition).correlate(None)
        yield or_(characters.c.name_key.contains(text, autoescape=True), characters.c.id.in_(alias_holders))
