"""Erased people and characters: pseudonyms, and the log entries that a restore replays."""

import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, Self

PSEUDONYM_PREFIX = "erased-"
# The `void_reason` of a deleted round, the audit action, and what stands for the name of a deleted character.
DELETED, DELETED_NAME = "deleted", "(deleted)"
_USER_ID = re.compile(r"[UW][A-Z0-9]{1,40}")
_ID_IN_TEXT = re.compile(r"(?<![A-Za-z0-9])[UW][A-Z0-9]{1,40}(?![A-Za-z0-9])")


def is_pseudonym(person: str) -> bool:
    """Return whether this stands for a person whose data was erased."""
    return person.startswith(PSEUDONYM_PREFIX)


def new_pseudonym() -> str:
    """Return a random name that keeps one person's rows together and leads to nobody."""
    return f"{PSEUDONYM_PREFIX}{secrets.token_hex(6)}"


def require_user_id(person: str) -> str:
    """Return a Slack user id; raises ValueError for any other text."""
    if not _USER_ID.fullmatch(person):
        raise ValueError(f"{person!r} is no user id. Slack shows it in the person's profile: U0123456789.")
    return person


def user_ids_in(text: str) -> frozenset[str]:
    """Return everything in a text that has the form of a user id."""
    return frozenset(_ID_IN_TEXT.findall(text))


def replace_user_id(text: str, person: str, replacement: str) -> str:
    """Replace an id in a text, and no longer id that begins with it."""
    return _ID_IN_TEXT.sub(lambda found: replacement if found[0] == person else found[0], text)


def hash_person(person: str) -> str:
    """Return the SHA-256 (hex) by which the log names a person."""
    return sha256(f"person:{person}".encode()).hexdigest()


@dataclass(frozen=True)
class Erasure:
    """One erasure, without content. `subject` is the id of a character or workspace, or the hash of a person's.

    An empty `team` means all workspaces. `rounds` are those of the character or workspace: their pictures go too.
    """

    kind: Literal["person", "character", "workspace"]
    subject: str
    at: datetime
    team: str = ""
    rounds: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat(), "rounds": list(self.rounds)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError for data of another form."""
        return cls(
            data["kind"],
            str(data["subject"]),
            datetime.fromisoformat(data["at"]),
            str(data["team"]),
            tuple(str(round_id) for round_id in data["rounds"]),
        )


@dataclass(frozen=True)
class ErasedRows:
    """How many rows of a table's column an erasure changed or deleted."""

    table: str
    column: str
    action: Literal["deleted", "pseudonymised", "replaced"]
    rows: int


@dataclass(frozen=True)
class PersonErasure:
    """The result of erasing a person.

    `open_reactions` are open rounds where Slack still shows their reaction. Without `is_journal_empty`, the
    SQLite file or its journal still holds deleted content.
    """

    pseudonym: str
    changes: tuple[ErasedRows, ...]
    ledger_rows: int
    open_reactions: tuple[str, ...]
    is_journal_empty: bool = True
