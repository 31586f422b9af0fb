"""A portrait, and the face of a character after the lock, with its provenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.ids import ChannelRef

# What "4K" means here: pixels on the long side of the decoded picture.
FOUR_K_SIDE = 3_840

# Cells of the grid whose mean colours are a portrait's perceptual hash.
HASH_GRID = (16, 16)
_HASH_LENGTH = HASH_GRID[0] * HASH_GRID[1] * 3 * 2  # hexadecimal digits
# The largest difference of a cell's red, green or blue, of 255, between one picture and its re-encoding. Measured on 18
# practice portraits of three models (896 x 1200):
#   JPEG of quality 60, 70, 80 to 95      3, 3, 2      resized to 35 %, 50 %, 137 %, 200 %        4, 3, 1, 1
#   WebP of quality 60 to 95              2            halved, JPEG 60, doubled, WebP 60          3
# Other pictures differ by more: pose, light and framing of one face 50 to 187, turned by one degree 14 to 29, another
# mouth 20, brighter by 3 % 6 to 7, a darker eye 5 to 6. The former hash of brightness edges was the same for one face
# in other light (0 to 27 of 512 bits, against 0 to 18 for re-encodings), and dropped paid portraits of a likeness.
_MAX_CELL_DIFFERENCE = 4


class CredentialsState(StrEnum):
    """What the C2PA reader found in a picture's bytes; UNCHECKED where it did not look."""

    UNCHECKED = ""
    NONE = "none"
    VALID = "valid"  # intact, and signed by a key below one of the trust anchors
    UNTRUSTED = "untrusted"  # intact, but no trust anchor here confirms the signer
    BROKEN = "broken"  # something was changed, or it cannot be read


@dataclass(frozen=True)
class Credentials:
    """Content Credentials in a picture, with the name in the signer's certificate."""

    state: CredentialsState
    issuer: str = ""


@dataclass(frozen=True)
class Portrait:
    """A stored picture: `key` in the portraits store, size in pixels, length in bytes, SHA-256 (hex) of the original.

    `credentials` and `credentials_by`: the C2PA manifest in the original, as it was read when the portrait arrived.
    Older portraits have only `has_content_credentials`: four bytes of a manifest occur. `perceptual_hash` (hex) is
    empty or shorter for old portraits, which are compared by SHA-256 only.
    """

    key: str
    media_type: str
    width: int
    height: int
    length: int
    sha256: str
    has_content_credentials: bool = False
    perceptual_hash: str = ""
    credentials: CredentialsState = CredentialsState.UNCHECKED
    credentials_by: str = ""

    def shows_same_picture(self, other: "Portrait") -> bool:
        """Return whether both are one picture, even if encoded differently. Portraits of one face are not."""
        if self.sha256 == other.sha256:
            return True
        if not len(self.perceptual_hash) == len(other.perceptual_hash) == _HASH_LENGTH:
            return False
        cells = zip(bytes.fromhex(self.perceptual_hash), bytes.fromhex(other.perceptual_hash), strict=True)
        return all(abs(cell - other_cell) <= _MAX_CELL_DIFFERENCE for cell, other_cell in cells)

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
    is the number of the candidate it varies. With `consent_withdrawn_at`, the person in the photo behind it took their
    consent back.
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
    consent_withdrawn_at: datetime | None = None


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
