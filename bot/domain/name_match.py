"""Similar names: fuzzy matching of a typed name."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.domain.ids import ChannelRef
from bot.domain.names import normalize_name

# Names compared in detail when a name has no exact match.
MAX_SIMILAR_NAMES = 300

MIN_SIMILARITY = 70.0


@dataclass(frozen=True)
class NameMatch:
    """One normalized name or alias of a character that has a face or an open round."""

    character_id: str
    name_key: str
    place: ChannelRef
    production_id: str


def nearest(
    name: str, matches: Iterable[NameMatch], limit: int, min_similarity: float = MIN_SIMILARITY
) -> list[NameMatch]:
    """Return the matches most similar to `name`, best first. Runs on the event loop: pass at most a few hundred."""
    known = list(matches)
    names = [match.name_key for match in known]
    near = process.extract(normalize_name(name), names, scorer=fuzz.WRatio, score_cutoff=min_similarity, limit=limit)
    return [known[index] for _, _, index in near]
