"""Looking for characters among very many: pages of ids, and names that are nearly right."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, and_, false, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import fold
from bot.face import Place
from bot.ports import Called, Search, Shelf
from storage import grams
from storage.tables import aliases, characters, productions

_CAST = characters.c.shown_in.is_not(None)


async def shelves(connection: AsyncConnection, team: str) -> Sequence[Shelf]:
    """The productions with somebody in them, by name, and the channels that cast them."""
    columns = (productions.c.id, productions.c.name, characters.c.shown_in)
    listed = select(*columns).join_from(productions, characters).where(productions.c.team == team, _CAST)
    found = [Shelf(row.id, row.name, Place(team, row.shown_in)) for row in await connection.execute(listed.distinct())]
    return sorted(found, key=lambda shelf: (shelf.film.casefold(), shelf.production, shelf.place.channel))


async def ids(connection: AsyncConnection, search: Search, limit: int, offset: int) -> tuple[Sequence[str], int]:
    """The ids of one page, by production and name, and how many there are in all.

    Each production is counted, and only those are read that the page shows: nothing is sorted but productions.
    """
    order = (func.lower(productions.c.name), productions.c.id)
    counted = select(productions.c.id, func.count().label("many")).join_from(productions, characters)
    rows = await connection.execute(counted.where(_which(search)).group_by(*order).order_by(*order))
    sums = [(row.id, row.many) for row in rows]
    found: list[str] = []
    for production, some, after in _shown(sums, limit, offset):
        theirs = select(characters.c.id).join_from(productions, characters)
        theirs = theirs.where(_which(search), characters.c.production_id == production)
        page = theirs.order_by(characters.c.folded, characters.c.id).limit(some).offset(after)
        found += await connection.scalars(page)
    return found, sum(many for _, many in sums)


async def like(connection: AsyncConnection, team: str, name: str, limit: int) -> Sequence[Called]:
    """Names and aliases that are spelt most like `name`, at most `limit` spellings of them."""
    spelt = await grams.likely(connection, team, name, limit)
    who = (characters.c.id, characters.c.production_id, characters.c.shown_in)
    theirs = (productions.c.team == team, _CAST)
    own = select(*who, characters.c.folded).join_from(characters, productions).where(*theirs)
    also = select(*who, aliases.c.folded).join_from(aliases, characters).join(productions).where(*theirs)
    found = [
        Called(row.id, row.folded, Place(team, row.shown_in), row.production_id)
        for names, folded in ((own, characters.c.folded), (also, aliases.c.folded))
        for row in await connection.execute(names.where(folded.in_(spelt)))
    ]
    return sorted(found, key=lambda called: spelt.index(called.folded))


async def called_so(connection: AsyncConnection, team: str, name: str) -> Sequence[str]:
    """The ids of the workspace's characters with this name or alias."""
    folded = fold(name)
    own = select(characters.c.id).join_from(characters, productions)
    also = select(aliases.c.character_id).join_from(aliases, productions)
    here = productions.c.team == team
    either = union(own.where(here, characters.c.folded == folded), also.where(here, aliases.c.folded == folded))
    return (await connection.scalars(either)).all()


def _shown(sums: Sequence[tuple[str, int]], limit: int, offset: int) -> Iterator[tuple[str, int, int]]:
    """The productions that a page shows: each with how many of its characters, after how many of them."""
    for production, many in sums:
        if limit > 0 and offset < many:
            some = min(limit, many - offset)
            yield production, some, offset
            limit -= some
        offset = max(0, offset - many)


def _which(search: Search) -> ColumnElement[bool]:
    if not search.places:
        return false()
    team = search.places[0].team
    which = [productions.c.team == team, characters.c.shown_in.in_([place.channel for place in search.places])]
    if search.production:
        which.append(productions.c.id == search.production)
    if search.cast:
        which.append(characters.c.has_face)
    if begins := fold(search.begins):
        which.append(characters.c.folded.startswith(begins, autoescape=True))
    if words := fold(search.words):
        theirs = and_(productions.c.team == team, aliases.c.folded.contains(words, autoescape=True))
        also = select(aliases.c.character_id).join_from(productions, aliases).where(theirs).correlate(None)
        which.append(or_(characters.c.folded.contains(words, autoescape=True), characters.c.id.in_(also)))
    return and_(*which)
