"""A portrait, and the face a character has once one is locked, with its provenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

# What "4K" means here: pixels on the long side of the decoded picture.
FOUR_K_SIDE = 3_840


@dataclass(frozen=True)
class Place:
    """A conversation of a workspace: where a round lives. A channel is a production until a team says otherwise."""

    team: str
    channel: str


# Of 512 bits. A picture encoded anew, resized or trimmed by half a percent nearly always stays within it; no practice
# portraits of one model and brief came nearer to each other than 23 (29,700 pairs). It errs towards showing one twice,
# since losing a face costs more.
_SAME_PICTURE = 20


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
    credentials: bool = False
    likeness: str = ""

    def same_picture(self, other: "Portrait") -> bool:
        """Whether both show one picture, though its bytes may differ."""
        if self.sha256 == other.sha256:
            return True
        if not self.likeness or len(self.likeness) != len(other.likeness):
            return False
        return (int(self.likeness, 16) ^ int(other.likeness, 16)).bit_count() <= _SAME_PICTURE

    @property
    def long_side(self) -> int:
        return max(self.width, self.height)

    @property
    def is_4k(self) -> bool:
        return self.long_side >= FOUR_K_SIDE


@dataclass(frozen=True)
class Release:
    """A face was unlocked: by whom, when, and the reason they gave."""

    person: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Face:
    """A locked candidate. Its id is the round's: a round gives at most one face.

    `use` is what it is wanted for, empty where nobody said. A `released` face stays in the history and is nobody's.
    """

    round_id: str
    character_id: str
    character: str
    place: Place
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
    released: Release | None = None


@dataclass(frozen=True)
class Character:
    """A role by its name inside a production, with its newest face and the round that casts it now.

    `place` is where its face was cast, or is being cast: whoever may see that may see the character. `production` is
    the production's id and `film` what people named it, empty where nobody did. It answers to its `aliases` too.
    """

    id: str
    name: str
    place: Place
    face: Face | None
    open_round: str | None
    production: str = ""
    aliases: tuple[str, ...] = ()
    film: str = ""
