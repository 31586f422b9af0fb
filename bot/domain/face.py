"""A portrait, and the face of a character after the lock, with its provenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.ids import ChannelRef

# What "4K" means here: pixels on the long side of the decoded picture.
FOUR_K_SIDE = 3_840

# Of 512 bits. A picture re-encoded, resized or trimmed by half a percent nearly always stays within it. The closest of
# 29,700 pairs of different practice portraits differ by 23. A false duplicate loses a face, so the limit is low.
_MAX_HASH_DISTANCE = 20


@dataclass(frozen=True)
class Portrait:
    """A stored picture: `key` in the portraits store, size in pixels, length in bytes, SHA-256 (hex) of the original.

    `has_content_credentials`: the original contains a C2PA manifest. `perceptual_hash` (hex) is empty for old
    portraits.
    """

    key: str
    media_type: str
    width: int
    height: int
    length: int
    sha256: str
    has_content_credentials: bool = False
    perceptual_hash: str = ""

    def shows_same_picture(self, other: "Portrait") -> bool:
        """Return whether both show one picture, even if encoded differently."""
        if self.sha256 == other.sha256:
            return True
        if not self.perceptual_hash or len(self.perceptual_hash) != len(other.perceptual_hash):
            return False
        return (int(self.perceptual_hash, 16) ^ int(other.perceptual_hash, 16)).bit_count() <= _MAX_HASH_DISTANCE

    @property
    def long_side(self) -> int:
        return max(self.width, self.height)

    @property
    def is_4k(self) -> bool:
        return self.long_side >= FOUR_K_SIDE


@dataclass(frozen=True)
class Unlock:
    """Who unlocked a face, when, and for which reason."""

    person: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Face:
    """A locked candidate. Its id is the round's id: a round gives at most one face.

    `use` is the intended use, empty if not given. A face with `unlocked` set stays in the history only. `variation_of`
    is the number of the candidate it varies.
    """

    round_id: str
    character_id: str
    character: str
    place: ChannelRef
    version: int
    slot_id: str
    number: int
    model: str
    portrait: Portrait
    prompt: str
    prompt_version: str
    brief: str
    seed: int | None
    request_id: str
    cost: Decimal
    cost_source: str
    tally: Mapping[int, int]
    voters: int
    decided_by_lead: bool
    lead: str
    locked_by: str
    locked_at: datetime
    message_ts: str
    use: str = ""
    unlocked: Unlock | None = None
    variation_of: int | None = None


@dataclass(frozen=True)
class Character:
    """A role, known by name inside a production, with its face and its open round.

    `face` is the newest that is not unlocked; without one, `last_unlocked_face` is the newest there was. `place` is
    where it is or was cast, which decides who may see it. `production_name` is empty for unnamed productions.
    """

    id: str
    name: str
    place: ChannelRef
    face: Face | None
    open_round_id: str | None
    production_id: str = ""
    aliases: tuple[str, ...] = ()
    last_unlocked_face: Face | None = None
    production_name: str = ""
