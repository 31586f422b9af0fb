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
from bot.domain.names import DASHES, HYPHENS, INVISIBLE, drop_invisible, strip_outer_quotes, visible_name

ASPECTS = ("1:1", "4:5", "3:4", "2:3", "9:16", "16:9")
NAME_LIMIT = 80
TEXT_LIMIT = 6_000
SLOT_LIMIT = 8
QUORUM_LIMIT = 99
REASON_LIMIT = 300
MIN_VOTING_TIME, MAX_VOTING_TIME = timedelta(minutes=5), timedelta(days=30)

PHOTO = "photo"
QUOTES = "\"'“”„‟‘’«»"

# Control characters except line breaks and tabs, direction overrides, unpaired surrogates.
_FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
# A word that begins with two dashes, one of them a hyphen, after a character that is no letter and no digit.
_OPTION_WORD = re.compile(
    rf"(?<![\w{DASHES}])(?=[{HYPHENS}][{DASHES}]|[{DASHES}][{HYPHENS}])[{DASHES}]++[^\s{DASHES}]\S{{0,30}}"
)


class BallotMode(StrEnum):
    """Whether votes are visible while the ballot is open, or sealed until it closes."""

    OPEN = "quick"
    SEALED = "sealed"


class IntendedUse(StrEnum):
    """What the face is used for; recorded only."""

    FILM = "film"
    ADVERTISING = "advertising"
    INTERNAL = "internal"


class Ground(StrEnum):
    """What is behind the person: a muted, out-of-focus surface, or plain white to cut the person out."""

    MUTED = "muted"
    WHITE = "white"


@dataclass(frozen=True)
class WiderConsent:
    """Who confirmed, when and in which words, that the person in a photo also agreed to another use."""

    person: str
    at: datetime
    use: IntendedUse
    wording: str


@dataclass(frozen=True)
class Consent:
    """Who confirmed, when and in which words, that a real person agreed to this use of their photo.

    `withdrawn_at` is when that person took it back, as `withdrawn_by` reported. `wider` are uses agreed to later.
    """

    person: str
    at: datetime
    wording: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    wider: tuple[WiderConsent, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A picture whose face the portraits must keep: the face of character `name`, or `photo` for an attached file.

    `key` (in the portraits store) and `sha256` (hex) are empty until the picture has been found. `photo_round` is the
    round that the photo was attached to, also where the face of a character was drawn after it.
    """

    name: str
    key: str = ""
    sha256: str = ""
    consent: Consent | None = None
    photo_round: str = ""

    @property
    def origin_round(self) -> str:
        """The round that the photo was attached to; empty where the likeness comes from no photo."""
        return self.photo_round or (self.key.partition("/")[0] if self.is_attached else "")

    @property
    def is_withdrawn(self) -> bool:
        """Whether the person in the photo took their consent back."""
        return self.consent is not None and self.consent.withdrawn_at is not None

    @property
    def needs_photo(self) -> bool:
        """Whether a photo must still be uploaded in a form."""
        return self.is_attached and not self.key

    @property
    def is_attached(self) -> bool:
        """Whether it is an attached file rather than a face of the roster."""
        return self.name == PHOTO


@dataclass(frozen=True)
class Brief:
    """The brief of one character's face. `models` are names as typed; empty means automatic routing.

    `agreed_price` in dollars was accepted by the lead when models had to be replaced. `quorum` is the number of voters
    needed for a result. `voters` are user ids, or typed names before they are resolved; empty means everyone. `style`
    is the production's text for every prompt. `explicit_fields` were typed or chosen, so production settings do not
    replace them. `closes_at` is set where a closing time was picked in place of a duration.
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
    ground: Ground = Ground.MUTED

    def require_consent(self) -> None:
        """Raise BriefError if the consent to the likeness was withdrawn."""
        if self.reference and self.reference.is_withdrawn:
            raise BriefError("like", "consent_withdrawn", self.reference.name)

    def closing_time(self, now: datetime, shortest: timedelta = MIN_VOTING_TIME) -> datetime:
        """Return when a ballot that opens now closes; `closes_at` is ignored when it is too near."""
        return self.closes_at if self.closes_at and self.closes_at - now >= shortest else now + self.open_for

    @property
    def attached_key(self) -> str:
        """The key of the attached picture in the portraits store; empty where there is none."""
        return self.reference.key if self.reference and self.reference.is_attached else ""

    @property
    def reference_count(self) -> int:
        """How many reference pictures are sent to the model."""
        return 1 if self.reference else 0

    def require_reachable_quorum(self, line: str = "") -> None:
        """Raise BriefError if more people must vote than are named."""
        if self.voters and (self.quorum or 0) > len(self.voters):
            raise BriefError("quorum", "above_voters", f"{self.quorum}", limit=len(self.voters), line=line)

    def with_name(self, name: str) -> Self:
        """Return a copy for another character; raises BriefError."""
        return replace(self, name=parse_name(name, name))

    def with_text(self, text: str) -> Self:
        """Return a copy with another description; raises BriefError."""
        return replace(self, text=parse_text(text, text))


def parse_name(raw: str, line: str) -> str:
    """Return a character's name with single blanks and without quotes around it; raises BriefError.

    Invisible characters are dropped; a name of nothing else is missing.
    """
    name = visible_name(strip_outer_quotes(visible_name(_normalize_text(raw, "name", line))))
    if not name:
        raise BriefError("name", "missing", line=line)
    return require_length(name, NAME_LIMIT, "name", line)


def parse_text(raw: str, line: str) -> str:
    """Return the description with repeated blanks joined.

    Raises BriefError if it is empty, too long or unreadable, or if an option is in it.
    """
    readable = _normalize_text(raw, "brief", line)
    text = re.sub(r"[ \t]{2,}", " ", drop_invisible(readable)).strip()
    if not text:
        raise BriefError("brief", "missing", line=line)
    require_length(text, TEXT_LIMIT, "brief", line)
    require_no_option(readable, "brief", line)
    return text


def require_no_option(text: str, field: str, line: str) -> None:
    """Raise BriefError if a word of the text begins with two dashes: it is an option, and no model may read it."""
    as_blanks, without = _INVISIBLE.sub(" ", text), _INVISIBLE.sub("", text)
    if option := _OPTION_WORD.search(as_blanks) or _OPTION_WORD.search(without):
        raise BriefError(field, "option_inside", option[0], line=line)


def require_length(text: str, limit: int, field: str, line: str = "") -> str:
    """Return the text; raises BriefError if it has more than `limit` characters."""
    if len(text) > limit:
        raise BriefError(field, "too_long", f"{len(text)}", limit=limit, line=line)
    return text


def parse_quorum(raw: str, line: str = "") -> int:
    """Return a number of voters; raises BriefError."""
    if not re.fullmatch("[1-9][0-9]?", raw):
        raise BriefError("quorum", "not_a_count", raw, limit=QUORUM_LIMIT, line=line)
    return int(raw)


def parse_reason(raw: str) -> str:
    """Return a reason as a single line; raises BriefError if empty, too long or unreadable."""
    reason = " ".join(_normalize_text(raw, "reason", "").split())
    if not reason:
        raise BriefError("reason", "missing")
    return require_length(reason, REASON_LIMIT, "reason")


def parse_single_line(raw: str, field: str) -> str:
    """Return text without line breaks; raises BriefError for forbidden characters."""
    return " ".join(_normalize_text(raw, field, raw).split())


def _normalize_text(raw: str, field: str, line: str) -> str:
    """Return NFC text; raises BriefError for control, direction-override and unpaired surrogate characters."""
    if unreadable := _FORBIDDEN_CHARACTERS.search(raw):
        raise BriefError(field, "control", f"U+{ord(unreadable[0]):04X}", line=line)
    return unicodedata.normalize("NFC", raw)
