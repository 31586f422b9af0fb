"""Looking for characters among very many: pages of ids, and names without faces."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import fold
from bot.face import Place
from bot.ports import Called, Search, Shelf
from storage.cast import CAST, WHERE, with_faces
from storage.tables import aliases, characters, faces, productions

# Rows made into values between two looks at everything else that waits for the event loop.
_AT_A_TIME = 1_000


async def shelves(connection: AsyncConnection, team: str) -> Sequence[Shelf]:
    """The productions with somebody in them, by name, and the channels that cast them."""
    columns = (productions.c.id, productions.c.name, WHERE.label("channel"))
    rows = await connection.execute(with_faces(*columns).where(productions.c.team == team, CAST).distinct())
    found = [Shelf(row.id, row.name, Place(team, row.channel)) for row in rows]
    return sorted(found, key=lambda shelf: (shelf.film.casefold(), shelf.production, shelf.place.channel))


async def ids(connection: AsyncConnection, search: Search, limit: int, offset: int) -> tuple[Sequence[str], int]:
    """The ids of one page, by production and name, and how many there are in all."""
    found = with_faces(characters.c.id).where(_which(search), CAST)
    total = await connection.scalar(with_faces(func.count(characters.c.id)).where(_which(search), CAST))
    order = (func.lower(productions.c.name), productions.c.id, characters.c.folded, characters.c.id)
    page = await connection.scalars(found.order_by(*order).limit(limit).offset(offset))
    return page.all(), total or 0


async def called(connection: AsyncConnection, team: str) -> Sequence[Called]:
    """Every name and alias, folded."""
    columns = (characters.c.id, characters.c.production_id, WHERE.label("channel"))
    cast = (productions.c.team == team, CAST)
    own = with_faces(*columns, characters.c.folded).where(*cast)
    also = with_faces(*columns, aliases.c.folded).join(aliases, aliases.c.character_id == characters.c.id).where(*cast)
    found: list[Called] = []
    for names in (own, also):
        async with connection.stream(names) as rows:
            async for some in rows.partitions(_AT_A_TIME):
                found += [Called(row.id, row.folded, Place(team, row.channel), row.production_id) for row in some]
    return found


def _which(search: Search) -> ColumnElement[bool]:
    if not search.places:
        return false()
    which = [productions.c.team == search.places[0].team, WHERE.in_([place.channel for place in search.places])]
    if search.production:
        which.append(productions.c.id == search.production)
    if search.cast:
        which.append(faces.c.round_id.is_not(None) & faces.c.released.is_(None))
    if words := fold(search.words):
        theirs = and_(productions.c.team == search.places[0].team, aliases.c.folded.contains(words, autoescape=True))
        also = select(aliases.c.character_id).join_from(productions, aliases).where(theirs).correlate(None)
        which.append(or_(characters.c.folded.contains(words, autoescape=True), characters.c.id.in_(also)))
    return and_(*which)
