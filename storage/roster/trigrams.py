"""Names taken apart into pieces of three letters, so that one that is nearly right is found without reading all names.

"maya" is "  m", " ma", "may", "aya", "ya ": each word with two blanks before it and one behind, so that every slip of
one letter leaves at least one piece whole.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.brief import normalize_name
from storage.db.engine import upsert
from storage.db.tables import name_trigrams

_TRIGRAM_LENGTH = 3
# How many pieces a name may have before those that very many share (a word's first letter alone) are left out.
_SHORT_NAME_TRIGRAMS = 6
# How many names are looked at, unless that leaves less than so many pieces.
_MAX_NAMES_SCANNED, _MIN_TRIGRAMS = 7_000, 3


def trigrams_of(name_key: str) -> list[str]:
    """The pieces of a folded name, each once, in the order of their first letters."""
    padded = [f"  {word} " for word in name_key.split()]
    return list(
        dict.fromkeys(
            word[at : at + _TRIGRAM_LENGTH] for word in padded for at in range(len(word) - _TRIGRAM_LENGTH + 1)
        )
    )


def trigram_rows(team: str, name_keys: Iterable[str]) -> list[dict[str, str]]:
    """A row for each piece of these folded names."""
    return [
        {"team": team, "trigram": trigram, "name_key": name_key}
        for name_key in name_keys
        for trigram in trigrams_of(name_key)
    ]


async def index_name(connection: AsyncConnection, team: str, name: str) -> None:
    """Let a name of the workspace be found by its pieces. A name nobody has any more stays, and leads to nobody."""
    rows = trigram_rows(team, [normalize_name(name)])
    await connection.execute(upsert(connection, name_trigrams).on_conflict_do_nothing(), rows)


async def similar_names(connection: AsyncConnection, team: str, name: str, limit: int) -> Sequence[str]:
    """Folded names of the workspace that share the most with `name` for their length.

    Where very many have pieces of it the rarest are asked for: of names that are nearly right, those have them too.
    """
    trigrams = trigrams_of(normalize_name(name))
    selective = (
        trigrams
        if len(trigrams) <= _SHORT_NAME_TRIGRAMS
        else [trigram for trigram in trigrams if not trigram.startswith("  ")]
    )
    if not (rarest := await _rarest_trigrams(connection, team, selective)):
        return []
    similarity = cast(func.count(), Float) / (func.length(name_trigrams.c.name_key) + len(trigrams))
    query = select(name_trigrams.c.name_key).where(name_trigrams.c.team == team, name_trigrams.c.trigram.in_(rarest))
    ranked = query.group_by(name_trigrams.c.name_key).order_by(similarity.desc(), name_trigrams.c.name_key).limit(limit)
    return (await connection.scalars(ranked)).all()


async def _rarest_trigrams(connection: AsyncConnection, team: str, trigrams: Sequence[str]) -> Sequence[str]:
    """The pieces that some names have, the rarest first, as far as there are not too many names to look at."""
    query = select(name_trigrams.c.trigram, func.count()).where(
        name_trigrams.c.team == team, name_trigrams.c.trigram.in_(trigrams)
    )
    counts = (await connection.execute(query.group_by(name_trigrams.c.trigram))).all()
    rarest: list[str] = []
    scanned = 0
    for count, trigram in sorted((count, trigram) for trigram, count in counts):
        scanned += count
        if scanned > _MAX_NAMES_SCANNED and len(rarest) >= _MIN_TRIGRAMS:
            break
        rarest.append(trigram)
    return rarest
