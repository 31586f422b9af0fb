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


@dataclass(frozen=True)
class Portrait:
    """A stored picture's facts: `key` in the portraits store, pixels, length in bytes, SHA-256 in hex of the original.

    `credentials` tells whether a C2PA manifest was seen in the original bytes.
    """

    key: str
    media_type: str
    width: int
    height: int
    length: int
    sha256: str
    credentials: bool = False

    @property
    def long_side(self) -> int:
        return max(self.width, self.height)

    @property
    def is_4k(self) -> bool:
        return self.long_side >= FOUR_K_SIDE


@dataclass(frozen=True)
class Face:
    """A locked candidate. Its id is the round's: a round gives at most one face."""

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


@dataclass(frozen=True)
class Character:
    """A role by its name inside a production, with its present face or the round that casts it now."""

    id: str
    name: str
    place: Place
    face: Face | None
    open_round: str | None
