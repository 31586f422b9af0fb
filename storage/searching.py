"""Looking for characters among very many: pages of ids, and names that are nearly right."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import fold
from bot.face import Place
from bot.ports import Called, Search, Shelf
from storage import grams
from storage.tables import aliases, characters, productions


async def shelves(connection: AsyncConnection, team: str) -> Sequence[Shelf]:
    """The productions with somebody in them, by name, and the channels that cast them."""
    films = await _films(connection, team)
    found = [Shelf(id_, films[id_], Place(team, channel)) for id_, channel, _ in await _sums(connection, _of(team))]
    return sorted(found, key=lambda shelf: (shelf.film.casefold(), shelf.production, shelf.place.channel))


async def ids(connection: AsyncConnection, search: Search, limit: int, offset: int) -> tuple[Sequence[str], int]:
    """The ids of one page, by production and name, and how many there are in all.

    Everybody is counted, by production and channel as they are kept; only those are read whom the page shows.
    """
    if not search.places:
        return [], 0
    team, wanted = search.places[0].team, {place.channel for place in search.places}
    films = await _films(connection, team)
    channels, many = defaultdict[str, list[str]](list), Counter[str]()
    for production, channel, count in await _sums(connection, _of(team), *_which(search)):
        if channel in wanted:
            channels[production].append(channel)
            many[production] += count
    found: list[str] = []
    for production in sorted(many, key=lambda id_: (films[id_].casefold(), id_)):
        if (some := min(limit - len(found), many[production] - offset)) > 0:
            here = and_(characters.c.production_id == production, characters.c.shown_in.in_(channels[production]))
            page = select(characters.c.id).where(here, *_which(search)).limit(some).offset(offset)
            found += await connection.scalars(page.order_by(characters.c.folded, characters.c.id))
        offset = max(0, offset - many[production])
    return found, many.total()


async def like(connection: AsyncConnection, team: str, name: str, limit: int) -> Sequence[Called]:
    """Names and aliases that are spelt most like `name`, at most `limit` spellings of them."""
    spelt = {folded: at for at, folded in enumerate(await grams.likely(connection, team, name, limit))}
    ours = await _films(connection, team)
    who = (characters.c.id, characters.c.production_id, characters.c.shown_in)
    # Without the workspace, which SQLite would begin with, and look at everybody in it.
    own = select(*who, characters.c.folded).where(characters.c.folded.in_(spelt))
    theirs = select(aliases.c.character_id).where(aliases.c.folded.in_(spelt))
    also = select(*who, aliases.c.folded).join_from(characters, aliases).where(characters.c.id.in_(theirs))
    found = [
        Called(row.id, row.folded, Place(team, row.shown_in), row.production_id)
        for names in (own, also)
        for row in await connection.execute(names)
        if row.production_id in ours and row.shown_in is not None and row.folded in spelt
    ]
    return sorted(found, key=lambda called: spelt[called.folded])


async def called_so(connection: AsyncConnection, team: str, name: str) -> Sequence[str]:
    """The ids of the workspace's characters with this name or alias."""
    folded = fold(name)
    own = select(characters.c.id).join_from(characters, productions)
    also = select(aliases.c.character_id).join_from(aliases, productions)
    here = productions.c.team == team
    either = union(own.where(here, characters.c.folded == folded), also.where(here, aliases.c.folded == folded))
    return (await connection.scalars(either)).all()


async def _films(connection: AsyncConnection, team: str) -> dict[str, str]:
    """The names of a workspace's productions by id."""
    rows = await connection.execute(select(productions.c.id, productions.c.name).where(productions.c.team == team))
    return {row.id: row.name for row in rows}


async def _sums(connection: AsyncConnection, *which: ColumnElement[bool]) -> list[tuple[str, str, int]]:
    """How many of these characters each production has in each channel."""
    by = (characters.c.production_id, characters.c.shown_in)
    counted = select(*by, func.count()).where(characters.c.shown_in.is_not(None), *which).group_by(*by)
    return [(production, channel, many) for production, channel, many in await connection.execute(counted)]


def _of(team: str) -> ColumnElement[bool]:
    return characters.c.production_id.in_(select(productions.c.id).where(productions.c.team == team))


def _which(search: Search) -> Iterator[ColumnElement[bool]]:
    """All that is asked of a character but its place."""
    if search.production:
        yield characters.c.production_id == search.production
    if search.cast:
        yield characters.c.has_face
    if begins := fold(search.begins):
        yield characters.c.folded.startswith(begins, autoescape=True)
    if words := fold(search.words):
        theirs = and_(productions.c.team == search.places[0].team, aliases.c.folded.contains(words, autoescape=True))
        also = select(aliases.c.character_id).join_from(productions, aliases).where(theirs).correlate(None)
        yield or_(characters.c.folded.contains(words, autoescape=True), characters.c.id.in_(also))
