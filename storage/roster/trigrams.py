"""Trigram index of names: finds similar names without a scan.

"maya" is "  m", " ma", "may", "aya", "ya ": each word has two blanks before and one after it, so that a typo of one
letter leaves at least one trigram unchanged.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.names import normalize_name
from storage.db.repository import upsert
from storage.db.tables import name_trigrams

_TRIGRAM_LENGTH = 3
# Longer names are searched without the trigrams of a word's first letter alone, which very many names share.
_SHORT_NAME_TRIGRAMS = 6
# Scan at most so many names, but use at least so many trigrams.
_MAX_NAMES_SCANNED, _MIN_TRIGRAMS = 7_000, 3


def trigrams_of(name_key: str) -> list[str]:
    """Return the distinct trigrams of a normalized name, in order."""
    padded = [f"  {word} " for word in name_key.split()]
    return list(
        dict.fromkeys(
            word[at : at + _TRIGRAM_LENGTH] for word in padded for at in range(len(word) - _TRIGRAM_LENGTH + 1)
        )
    )


def trigram_rows(team: str, name_keys: Iterable[str]) -> list[dict[str, str]]:
    """Return the index rows of normalized names."""
    return [
        {"team": team, "trigram": trigram, "name_key": name_key}
        for name_key in name_keys
        for trigram in trigrams_of(name_key)
    ]


async def index_name(connection: AsyncConnection, team: str, name: str) -> None:
    """Add a name to the workspace's index. Names are never removed; the search ignores those without a character."""
    rows = trigram_rows(team, [normalize_name(name)])
    await connection.execute(upsert(connection, name_trigrams).on_conflict_do_nothing(), rows)


async def similar_names(connection: AsyncConnection, team: str, name: str, limit: int) -> Sequence[str]:
    """Return the normalized names that share the most trigrams with `name`, relative to their length.

    Searches only by the rarest trigrams of `name`: similar names share these too.
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
    """Return the trigrams that occur, rarest first, until they match too many names."""
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
