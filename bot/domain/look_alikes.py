"""Two faces that could be confused: the question is asked of people, where two briefs ask for the same kind of person.

Nothing is computed from the pictures: a hash of a picture says nothing about likeness (docs/judgement.md). English
words of the briefs decide which pairs are worth a question; a brief without hair, age or gender gets none.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.prompt import find_age

# So many different people must say yes for a note on the record.
YESES_FOR_NOTE = 2
# Below so many faces a cast is not asked about.
LEAST_CAST = 3
# Years on either side of an age in digits that may look the same.
_AGE_MARGIN = 3
_OLDEST_BAND = 80

_COLOURS: Mapping[str, str] = {
    "grey": r"gr[ea]y(?:ing)?|silver|white|salt[- ]and[- ]pepper",
    "fair": r"blonde?|fair|flaxen|golden|platinum|straw",
    "red": r"red|ginger|auburn|copper",
    "brown": r"brown|chestnut|mousy",
    "dark": r"black|dark|raven|jet",
}
# Words that name a colour of hair by themselves.
_LONE_COLOURS: Mapping[str, str] = {
    "fair": r"blondes?|fair-haired",
    "red": r"red-?heads?|red-?headed|gingers?",
    "brown": r"brunettes?",
    "bald": r"bald(?:ing)?|shaven? head|shaved head|hairless",
}
_STYLES: Mapping[str, str] = {
    "plait": r"plait(?:s|ed)?|braid(?:s|ed)?",
    "bun": r"bun|topknot|chignon",
    "curls": r"curls|curly|ringlets",
    "bob": r"bob",
    "ponytail": r"pony-?tail",
    "dreadlocks": r"dreadlocks|locs",
    "crew cut": r"crew ?cut|buzz ?cut|cropped hair",
    "long hair": r"long hair",
    "short hair": r"short hair",
}
_HAIR = (
    r"hair(?:ed)?|plaits?|plaited|braids?|braided|curls|bun|bob|pony-?tail|dreadlocks|locs|locks|fringe|mane|topknot|"
    r"chignon"
)
_COLOURED_HAIR = {
    name: re.compile(rf"\b(?:{words})[-, ]{{1,2}}(?:\w{{1,15}}[-, ]{{1,2}}){{0,2}}(?:{_HAIR})\b", re.IGNORECASE)
    for name, words in _COLOURS.items()
}
_HAIR_COLOURED = {
    name: re.compile(rf"\bhair(?: is|:|,)? (?:{words})\b", re.IGNORECASE) for name, words in _COLOURS.items()
}
_LONE_COLOUR = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _LONE_COLOURS.items()}
_STYLE = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _STYLES.items()}

_TENS = ("twent", "thirt", "fort", "fift", "sixt", "sevent", "eight")
_DECADE = re.compile(rf"\b(?:({'|'.join(_TENS)})ies|([2-8])0s)\b", re.IGNORECASE)
_PERSON = r"(?:\w{0,15}wom[ae]n|\w{0,15}man|lady|girl|boy|person|actor|actress|face)"
_AGE_WORDS = (
    (frozenset({0}), re.compile(r"\b(?:child|toddler|infant|kid|schoolboy|schoolgirl)\b", re.IGNORECASE)),
    (frozenset({10}), re.compile(r"\b(?:teens?|teenage[rd]?|adolescent)\b", re.IGNORECASE)),
    (frozenset({40, 50}), re.compile(r"\bmiddle-? ?aged\b", re.IGNORECASE)),
    (frozenset({70, 80}), re.compile(rf"\b(?:elderly|very old {_PERSON})\b", re.IGNORECASE)),
    (frozenset({60, 70}), re.compile(rf"\b(?:old|older|aged|ageing|aging) {_PERSON}\b", re.IGNORECASE)),
    (frozenset({20}), re.compile(rf"\b(?:young|younger) {_PERSON}\b", re.IGNORECASE)),
)
_GENDER = re.compile(
    r"\b(?:(?P<woman>\w{0,15}wom[ae]n|females?|girls?|schoolgirl|lady|ladies|(?:grand)?mother|sister|daughter|wife|"
    r"widow|aunt|queen|actress|waitress|nun|heroine|she|hers?)|"
    r"(?P<man>m[ae]n|(?:fisher|crafts|police|sales|business|states|ferry|boat|sea|camera|post|milk|fire|bar|door|"
    r"country|noble|clergy|horse|gentle|trades|sports)m[ae]n|males?|boys?|schoolboy|(?:grand)?father|brother|sons?|"
    r"husband|widower|uncle|king|waiter|monk|he|him|his))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Appearance:
    """What a brief says about hair, age and gender; empty where it does not. Ages are decades, 0 for a child."""

    hair_colours: frozenset[str]
    hair_styles: frozenset[str]
    ages: frozenset[int]
    gender: str


@dataclass(frozen=True)
class LookAlikeQuestion:
    """The question whether the face of a round could be confused with an earlier one, and the answers so far.

    Faces are named by their rounds. `shared` are words for hair and gender that both briefs have. A closed question
    takes no answers: its counts stay, and who gave them was deleted.
    """

    round_id: str
    other_round_id: str
    shared: tuple[str, ...]
    asked_at: datetime
    message_ts: str = ""
    digest: str = ""
    yes: int = 0
    no: int = 0
    is_closed: bool = False

    @property
    def is_noted(self) -> bool:
        """Whether enough people said yes for a note on the record."""
        return self.yes >= YESES_FOR_NOTE


def appearance_of(brief: str) -> Appearance:
    """Read a brief's words for hair, age and gender."""
    coloured = {name for name, pattern in (*_COLOURED_HAIR.items(), *_HAIR_COLOURED.items()) if pattern.search(brief)}
    lone = {name for name, pattern in _LONE_COLOUR.items() if pattern.search(brief)}
    styles = {name for name, pattern in _STYLE.items() if pattern.search(brief)}
    gender = _GENDER.search(brief)
    return Appearance(
        frozenset(coloured | lone), frozenset(styles), _ages(brief), (gender.lastgroup or "") if gender else ""
    )


def shared_words(one: Appearance, other: Appearance) -> tuple[str, ...]:
    """Return the words for hair and gender that two briefs share; empty unless they share hair, age and gender.

    Where both name a colour of hair, the colours decide, else the styles.
    """
    colours = one.hair_colours & other.hair_colours
    if one.hair_colours and other.hair_colours and not colours:
        return ()
    hair, ages = colours | (one.hair_styles & other.hair_styles), one.ages & other.ages
    if not hair or not ages or not one.gender or one.gender != other.gender:
        return ()
    return (*sorted(hair), one.gender)


def _ages(brief: str) -> frozenset[int]:
    """Return the decades that an age could show: by digits, by a decade's name, else by an adjective."""
    if age := find_age(brief):
        return frozenset(_decade(years) for years in (age - _AGE_MARGIN, age, age + _AGE_MARGIN))
    if found := _DECADE.findall(brief):
        return frozenset(10 * (_TENS.index(word.lower()) + 2) if word else 10 * int(digit) for word, digit in found)
    return next((ages for ages, pattern in _AGE_WORDS if pattern.search(brief)), frozenset())


def _decade(years: int) -> int:
    return min(max(years, 0) // 10 * 10, _OLDEST_BAND)
