"""Names taken apart into pieces of three letters, so that one that is nearly right is found without reading all names.

"maya" is "  m", " ma", "may", "aya", "ya ": each word with two blanks before it and one behind, so that every slip of
one letter leaves at least one piece whole.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.brief import fold
from storage.database import upsert
from storage.tables import grams

_SIZE = 3
# How many pieces a name may have before those that very many share (a word's first letter alone) are left out.
_FEW = 6
# How many names are looked at, unless that leaves less than so many pieces.
_LOOKED_AT, _LEAST = 7_000, 3


def grams_of(folded: str) -> list[str]:
    """The pieces of a folded name, each once, in the order of their first letters."""
    padded = [f"  {word} " for word in folded.split()]
    return list(dict.fromkeys(word[at : at + _SIZE] for word in padded for at in range(len(word) - _SIZE + 1)))


def rows_of(team: str, names: Iterable[str]) -> list[dict[str, str]]:
    """A row for each piece of these folded names."""
    return [{"team": team, "gram": gram, "folded": name} for name in names for gram in grams_of(name)]


async def remember(connection: AsyncConnection, team: str, name: str) -> None:
    """Let a name of the workspace be found by its pieces. A name nobody has any more stays, and leads to nobody."""
    rows = rows_of(team, [fold(name)])
    await connection.execute(upsert(connection, grams).on_conflict_do_nothing(), rows)


async def likely(connection: AsyncConnection, team: str, name: str, limit: int) -> Sequence[str]:
    """Folded names of the workspace that share the most with `name` for their length.

    Where very many have pieces of it the rarest are asked for: of names that are nearly right, those have them too.
    """
    pieces = grams_of(fold(name))
    several = pieces if len(pieces) <= _FEW else [piece for piece in pieces if not piece.startswith("  ")]
    if not (asked := await _rarest(connection, team, several)):
        return []
    shared = cast(func.count(), Float) / (func.length(grams.c.folded) + len(pieces))
    found = select(grams.c.folded).where(grams.c.team == team, grams.c.gram.in_(asked))
    ranked = found.group_by(grams.c.folded).order_by(shared.desc(), grams.c.folded).limit(limit)
    return (await connection.scalars(ranked)).all()


async def _rarest(connection: AsyncConnection, team: str, pieces: Sequence[str]) -> Sequence[str]:
    """The pieces that some names have, the rarest first, as far as there are not too many names to look at."""
    having = select(grams.c.gram, func.count()).where(grams.c.team == team, grams.c.gram.in_(pieces))
    many = (await connection.execute(having.group_by(grams.c.gram))).all()
    asked: list[str] = []
    looked_at = 0
    for count, piece in sorted((count, piece) for piece, count in many):
        looked_at += count
        if looked_at > _LOOKED_AT and len(asked) >= _LEAST:
            break
        asked.append(piece)
    return asked
