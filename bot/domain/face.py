"""A portrait, and the face a character has once one is locked, with its provenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.ids import ChannelRef

# What "4K" means here: pixels on the long side of the decoded picture.
FOUR_K_SIDE = 3_840

# Of 512 bits. A picture encoded anew, resized or trimmed by half a percent nearly always stays within it; no practice
# portraits of one model and brief came nearer to each other than 23 (29,700 pairs). It errs towards showing one twice,
# since losing a face costs more.
_MAX_HASH_DISTANCE = 20


@dataclass(frozen=True)
class Portrait:
    """A stored picture's facts: `key` in the portraits store, pixels, length in bytes, SHA-256 in hex of the original.

    `credentials` tells whether a C2PA manifest was seen in the original bytes; `likeness` is a perceptual hash in hex,
    empty for portraits of before it was kept.
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
        """Whether both show one picture, though its bytes may differ."""
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
    """A face was unlocked: by whom, when, and the reason they gave."""

    person: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Face:
    """A locked candidate. Its id is the round's: a round gives at most one face.

    `use` is what it is wanted for, empty where nobody said. A `released` face stays in the history and is nobody's.
    `varies` is the number of the candidate whose portrait it was drawn from, where it is a variation.
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
    """A role by its name inside a production, with its face and the round that casts it now.

    Its face is the newest that nobody unlocked; where it has none, `former` is the newest it had. `place` is where that
    was cast, or is being cast: whoever may see that may see the character. `production` is the production's id and
    `film` what people named it, empty where nobody did. It answers to its `aliases` too.
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
