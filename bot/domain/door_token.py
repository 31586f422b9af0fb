"""Access tokens of the doors: one production, scopes, an end date and a cap. Only their hash is stored."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from bot.domain.brief import parse_single_line, require_length
from bot.domain.budget import is_recordable
from bot.domain.errors import BriefError, DoorRefused
from bot.domain.ids import ChannelRef

NAME_LIMIT = 60
# The most tokens of a channel that can be used at the same time.
LIVE_LIMIT = 20
LIFETIMES = tuple(timedelta(days=days) for days in (7, 30, 90, 365))
# Programs that search code for lost secrets find tokens by this beginning.
PREFIX = "castroom_"
_SECRET_BYTES = 32


class Scope(StrEnum):
    """What a token may do.

    Read what the channel's members see; start rounds, which spends money; report what a video tool said about a face.
    """

    READ = "read"
    CAST = "cast"
    REPORT = "report"


@dataclass(frozen=True)
class DoorToken:
    """A token as stored. `person` made it in the channel `place`, which cast for `production_id` then.

    `month_cap` is what its rounds may cost in a calendar month of UTC, in dollars.
    """

    id: str
    place: ChannelRef
    production_id: str
    person: str
    name: str
    scopes: frozenset[Scope]
    month_cap: Decimal
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""
    last_used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at

    def require_live(self, now: datetime) -> None:
        """Raise DoorRefused if the token was revoked or has expired."""
        if not self.is_live(now):
            raise DoorRefused("revoked" if self.revoked_at else "expired")

    def require_scope(self, scope: Scope) -> None:
        """Raise DoorRefused if the token lacks the scope."""
        if scope not in self.scopes:
            raise DoorRefused("scope", scope)


@dataclass(frozen=True)
class TokenRequest:
    """The form of a new token, validated."""

    name: str
    scopes: frozenset[Scope]
    lifetime: timedelta
    month_cap: Decimal

    @classmethod
    def parse(
        cls, name: str, scopes: frozenset[Scope], lifetime: timedelta, month_cap: Decimal | None
    ) -> "TokenRequest":
        """Check the fields; raises BriefError. A token that may cast needs a cap; another one has a cap of nothing."""
        text = parse_single_line(name, "name")
        if not text:
            raise BriefError("name", "missing")
        require_length(text, NAME_LIMIT, "name")
        if lifetime not in LIFETIMES:
            raise BriefError("lifetime", "missing")
        if Scope.CAST not in scopes:
            return cls(text, scopes | {Scope.READ}, lifetime, Decimal(0))
        if month_cap is None or month_cap <= 0 or not is_recordable(month_cap):
            raise BriefError("month_cap", "missing")
        return cls(text, scopes | {Scope.READ}, lifetime, month_cap)


def new_secret() -> str:
    """Return the text of a new token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """Return the stored hash. It needs no salt and no slow function: nobody can guess 256 random bits."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
