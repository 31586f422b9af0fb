"""Names that are similar to a typed one."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.domain.brief import normalize_name
from bot.domain.ids import ChannelRef

# Spellings looked at more closely when a name finds nobody.
MAX_SIMILAR_NAMES = 300

MIN_SIMILARITY = 70.0


@dataclass(frozen=True)
class NameMatch:
    """One name (or alias) of a character that has a face or an open round, folded; `place` as a character's."""

    character_id: str
    name_key: str
    place: ChannelRef
    production_id: str


def nearest(
    name: str, matches: Iterable[NameMatch], limit: int, min_similarity: float = MIN_SIMILARITY
) -> list[NameMatch]:
    """Whose names are most like `name`, the nearest first; of at most a few hundred, since it is not done aside."""
    known = list(matches)
    names = [match.name_key for match in known]
    near = process.extract(normalize_name(name), names, scorer=fuzz.WRatio, score_cutoff=min_similarity, limit=limit)
    return [known[index] for _, _, index in near]
