"""Characters and their faces; implemented in storage/."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.face import Character, Face, Unlock
from bot.domain.ids import ChannelRef
from bot.domain.name_match import NameMatch


@dataclass(frozen=True)
class RosterSection:
    """A part of the roster: characters of one production cast in `place`."""

    production_id: str
    production_name: str
    place: ChannelRef


@dataclass(frozen=True)
class RosterQuery:
    """Characters cast in any of `places`, optionally of one production.

    `text` matches within names and aliases, `name_prefix` the beginning of names. `only_with_face` requires a face.
    """

    places: tuple[ChannelRef, ...]
    production_id: str = ""
    text: str = ""
    only_with_face: bool = False
    name_prefix: str = ""


@dataclass(frozen=True)
class Page:
    """One page of characters, and the total number of matches."""

    characters: tuple[Character, ...]
    total: int


class Roster(Protocol):
    """Characters and their faces."""

    async def by_name(self, team: str, name: str) -> Sequence[Character]:
        """Return the characters whose name or alias has the same key as `name`, in every production."""

    async def sections(self, team: str) -> Sequence[RosterSection]:
        """Return where characters were or are being cast; each place and production once."""

    async def page(self, query: RosterQuery, limit: int, offset: int) -> Page:
        """Return at most `limit` matches by production and name."""

    async def similar_names(self, team: str, name: str, limit: int) -> Sequence[NameMatch]:
        """Return at most `limit` names spelt like `name`, best first, for fuzzy matching."""

    async def get_many(self, character_ids: Sequence[str]) -> Sequence[Character]:
        """Return these characters in this order; unknown ids are left out."""

    async def add_alias(self, character: Character, alias: str, audit_event: AuditEvent) -> str:
        """Add an alias within the character's production and write the audit event.

        Returns empty on success or if the alias existed. If another character has it, returns that name and changes
        nothing.
        """

    async def remove_alias(self, production_id: str, alias: str, audit_event: AuditEvent) -> str:
        """Remove an alias and write the audit event; return the name of its character, empty if there was none."""

    async def get(self, character_id: str) -> Character | None: ...

    async def get_face(self, round_id: str) -> Face | None:
        """Return the face a round gave."""

    async def list_faces(self, character_id: str) -> Sequence[Face]:
        """Return all faces of a character, newest first, including unlocked ones."""

    async def faces_of_channel(self, channel: str) -> Sequence[Face]:
        """Return every face that was cast in a channel, in the order in which they were locked."""

    async def unlock(self, round_id: str, unlock: Unlock) -> bool:
        """Unlock the face of a round and write the audit event; False if it was already unlocked."""
