"""Stable ids and storage keys."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class ChannelRef:
    """A conversation of a workspace: where a round lives. A channel is a production until a team says otherwise."""

    team: str
    channel: str


FILE_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def original_key(round_id: str, slot_id: str) -> str:
    """Where a slot's original bytes are kept."""
    return f"{round_id}/{slot_id}/original"


def preview_key(round_id: str, slot_id: str) -> str:
    """Where a slot's preview, a JPEG of at most 2048 pixels a side, is kept."""
    return f"{round_id}/{slot_id}/preview.jpg"


def filename(name: str) -> str:
    """The character's name as a file name: letters, digits and dashes of any script."""
    return "-".join("".join(c if c.isalnum() else " " for c in name).split())[:60] or "face"


def seed_of(round_id: str, position: int) -> int:
    """A seed of 31 bits that is the same whenever it is asked for."""
    return int.from_bytes(sha256(f"{round_id}:{position}".encode()).digest()[:4]) >> 1


def round_id_for_draft(team: str, draft_id: str) -> str:
    """The id of the round that a wish of this workspace opens."""
    return stable_id("r", team, draft_id)


def child_round_id(team: str, parent_id: str) -> str:
    """The id of the one round that may take this one's place."""
    return stable_id("r", team, parent_id)


def stable_id(kind: str, team: str, trigger: str, *more: object) -> str:
    """An opaque id that the same trigger yields again, so that a redelivery finds what is there."""
    return kind + sha256(":".join([team, trigger, *map(repr, more)]).encode()).hexdigest()[:20]
