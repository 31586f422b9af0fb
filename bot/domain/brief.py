"""The brief: the team's validated description of one character's face."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self

from bot.domain.catalogue import Look, Size
from bot.domain.errors import BriefError

ASPECTS = ("1:1", "4:5", "3:4", "2:3", "9:16")
NAME_LIMIT = 80
TEXT_LIMIT = 6_000
SLOT_LIMIT = 8
QUORUM_LIMIT = 99
REASON_LIMIT = 300
MIN_VOTING_TIME, MAX_VOTING_TIME = timedelta(minutes=5), timedelta(days=30)

PHOTO = "photo"
QUOTES = "\"'“”„‟‘’«»"

# Control characters but for line breaks and tabs, direction overrides, halves of surrogate pairs.
_FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class BallotMode(StrEnum):
    """How a team votes: in sight of everybody, or each on a private ballot that nobody counts before the close."""

    OPEN = "quick"
    SEALED = "sealed"


class IntendedUse(StrEnum):
    """What the face is wanted for; a fact that is kept, not advice."""

    FILM = "film"
    ADVERTISING = "advertising"
    INTERNAL = "internal"


@dataclass(frozen=True)
class Consent:
    """Who confirmed, when and in which words, that a real person agreed to this use of their photo."""

    person: str
    at: datetime
    wording: str


@dataclass(frozen=True)
class Reference:
    """A picture whose face the portraits shall keep: a cast character's `name`, or `photo` for a file in a form.

    `key` (in the portraits store) and `sha256` (in hex) are empty until the picture has been found.
    """

    name: str
    key: str = ""
    sha256: str = ""
    consent: Consent | None = None

    @property
    def needs_photo(self) -> bool:
        """A form has to be filled in first."""
        return self.is_attached and not self.key

    @property
    def is_attached(self) -> bool:
        """Whether it is a file somebody attached, and not a face of the roster."""
        return self.name == PHOTO


@dataclass(frozen=True)
class Brief:
    """One character's face, wished for. `models` are the names as typed; empty means: choose for us.

    `agreed` is what the lead said the round may cost, in dollars, when models had to be replaced.
    `quorum` is how many people must vote for the vote to decide anything. `voters` are the people whose votes count,
    empty for everybody: their ids, or the names of a typed line until somebody knows the ids. `style` are the
    production's own words for every prompt. `given` names the fields that were typed or chosen, so that a production's
    customs fill in only the others. `until` is the moment the vote shall close, where somebody picked one instead of a
    span.
    """

    name: str
    text: str
    models: tuple[str, ...] = ()
    per_model: int | None = None
    aspect: str = "3:4"
    look: Look | None = None
    open_for: timedelta = timedelta(hours=24)
    size: Size = Size.DRAFT
    reference: Reference | None = None
    agreed_price: Decimal | None = None
    ballot: BallotMode = BallotMode.OPEN
    quorum: int | None = None
    voters: tuple[str, ...] = ()
    use: IntendedUse | None = None
    style: str = ""
    explicit_fields: frozenset[str] = frozenset()
    closes_at: datetime | None = None

    def closing_time(self, now: datetime, shortest: timedelta = MIN_VOTING_TIME) -> datetime:
        """When a ballot that opens now closes; a moment that came too near meanwhile gives way to the span."""
        return self.closes_at if self.closes_at and self.closes_at - now >= shortest else now + self.open_for

    @property
    def reference_count(self) -> int:
        """How many pictures go along with the words."""
        return 1 if self.reference else 0

    def with_name(self, name: str) -> Self:
        """The same for another character; raises BriefError as a line does."""
        return replace(self, name=parse_name(name, name))

    def with_text(self, text: str) -> Self:
        """The same with other words; raises BriefError as a line does."""
        return replace(self, text=parse_text(text, text))


def parse_name(raw: str, line: str) -> str:
    """A character's name as it stands in a line; raises BriefError."""
    name = " ".join(_normalize_text(raw, "name", line).split()).strip(QUOTES).strip()
    if not name:
        raise BriefError("name", "missing", line=line)
    if len(name) > NAME_LIMIT:
        raise BriefError("name", "too_long", f"{len(name)}", limit=NAME_LIMIT, line=line)
    return name


def parse_text(raw: str, line: str) -> str:
    """Return the description with repeated blanks joined; raises BriefError if empty, too long or unreadable."""
    text = re.sub(r"[ \t]{2,}", " ", _normalize_text(raw, "brief", line)).strip()
    if not text:
        raise BriefError("brief", "missing", line=line)
    if len(text) > TEXT_LIMIT:
        raise BriefError("brief", "too_long", f"{len(text)}", limit=TEXT_LIMIT, line=line)
    return text


def parse_reason(raw: str) -> str:
    """Why somebody wants something, in one line; raises BriefError."""
    reason = " ".join(_normalize_text(raw, "reason", "").split())
    if not reason:
        raise BriefError("reason", "missing")
    if len(reason) > REASON_LIMIT:
        raise BriefError("reason", "too_long", f"{len(reason)}", limit=REASON_LIMIT)
    return reason


def parse_single_line(raw: str, field: str) -> str:
    """People's words without line breaks; raises BriefError for characters that cannot be read."""
    return " ".join(_normalize_text(raw, field, raw).split())


def normalize_name(name: str) -> str:
    """`name` without regard to case and accents: two names that fold alike are one character.

    Marks are dropped only from Latin, Greek and Cyrillic letters; in other scripts they are vowels.
    """
    kept_chars: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFKD", name.casefold()):
        if unicodedata.category(char) == "Mn" and base.startswith(("LATIN", "GREEK", "CYRILLIC")):
            continue
        if not unicodedata.combining(char):
            base = unicodedata.name(char, "")
        kept_chars.append(char)
    return " ".join(unicodedata.normalize("NFC", "".join(kept_chars)).casefold().split())


def _normalize_text(raw: str, field: str, line: str) -> str:
    """NFC text; control, direction-override and unpaired surrogate characters are refused, line breaks kept."""
    if unreadable := _FORBIDDEN_CHARACTERS.search(raw):
        raise BriefError(field, "control", f"U+{ord(unreadable[0]):04X}", line=line)
    return unicodedata.normalize("NFC", raw)
