"""Stable ids and storage keys."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True)
class ChannelRef:
    """A conversation of a workspace, where rounds take place. By default a channel is its own production."""

    team: str
    channel: str

    @property
    def is_dm(self) -> bool:
        """Whether it is a direct message: their ids start with D."""
        return self.channel.startswith("D")


PASSPORT_SUFFIX = "/passport.c2pa"
RUN_OFF_SHEET_PREFIX = "run-off-sheet:"
FILE_EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/avif": "avif"}


def round_id_of_key(key: str) -> str:
    """Return the round's id, which is the prefix of its slot and upscale ids."""
    return key.partition("-")[0]


def original_key(round_id: str, slot_id: str) -> str:
    """Return the storage key of a slot's original bytes."""
    return f"{round_id}/{slot_id}/original"


def preview_key(round_id: str, slot_id: str) -> str:
    """Return the storage key of a slot's preview, a JPEG of at most 2048 pixels a side."""
    return f"{round_id}/{slot_id}/preview.jpg"


def passport_key(round_id: str, item_id: str) -> str:
    """Return the storage key of the passport (a C2PA sidecar) of a slot or an upscale."""
    return f"{round_id}/{item_id}{PASSPORT_SUFFIX}"


def run_off_sheet_key(round_id: str) -> str:
    """Return the key under which the Slack file of a run-off's contact sheet is stored."""
    return f"{RUN_OFF_SHEET_PREFIX}{round_id}"


def sheet_page_key(round_id: str) -> str:
    """Return the key under which the Slack file with all views of a character sheet is stored."""
    return f"character-sheet:{round_id}"


def filename(name: str) -> str:
    """Return the character's name as a file name: letters, digits and dashes of any script."""
    return "-".join("".join(c if c.isalnum() else " " for c in name).split())[:60] or "face"


def seed_of(round_id: str, position: int) -> int:
    """Return a stable 31-bit seed."""
    return int.from_bytes(sha256(f"{round_id}:{position}".encode()).digest()[:4]) >> 1


def round_id_for_draft(team: str, draft_id: str) -> str:
    """Return the id of the round a draft of this workspace starts."""
    return stable_id("r", team, draft_id)


def child_round_id(team: str, parent_id: str) -> str:
    """Return the id of the only round that may replace this one."""
    return stable_id("r", team, parent_id)


def stable_id(kind: str, team: str, trigger: str, *more: object) -> str:
    """Return an opaque id that is the same for the same trigger, so a redelivery finds the existing record."""
    return kind + sha256(":".join([team, trigger, *map(repr, more)]).encode()).hexdigest()[:20]
