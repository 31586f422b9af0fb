"""Characters and their faces as they are remembered; implemented in storage/."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.face import Character, Face, Unlock
from bot.domain.ids import ChannelRef
from bot.domain.name_match import NameMatch


@dataclass(frozen=True)
class RosterSection:
    """A part of the roster: characters of `production` (its id, and the name people gave it) cast in `place`."""

    production_id: str
    production_name: str
    place: ChannelRef


@dataclass(frozen=True)
class RosterQuery:
    """Characters cast in any of `places`; of one production, or whose name or alias holds `words`, or whose name
    `begins` so, where given.

    `cast`: only those that have a face.
    """

    places: tuple[ChannelRef, ...]
    production_id: str = ""
    text: str = ""
    only_with_face: bool = False
    name_prefix: str = ""


@dataclass(frozen=True)
class Page:
    """Some of the characters a search finds, and how many it finds in all."""

    characters: tuple[Character, ...]
    total: int


class Roster(Protocol):
    """Characters and their faces."""

    async def list_characters(self, team: str) -> Sequence[Character]:
        """Every character of the workspace that has, or had, a face, or has an open round, by name."""
        ...

    async def by_name(self, team: str, name: str) -> Sequence[Character]:
        """Those of them whose name or alias folds like `name`, in every production."""
        ...

    async def sections(self, team: str) -> Sequence[RosterSection]:
        """Where the workspace's characters were or are being cast; each place and production once."""
        ...

    async def page(self, query: RosterQuery, limit: int, offset: int) -> Page:
        """At most `limit` of what is found, by production and name, without reading the others."""
        ...

    async def similar_names(self, team: str, name: str, limit: int) -> Sequence[NameMatch]:
        """Names in the workspace spelt like `name`, the likeliest first, at most `limit` spellings: whoever looks for
        one that is nearly right finds it among them."""
        ...

    async def get_many(self, character_ids: Sequence[str]) -> Sequence[Character]:
        """These characters, in this order; ids nobody gave are left out."""
        ...

    async def add_alias(self, character: Character, alias: str, audit_event: AuditEvent) -> str:
        """Let a character answer to `alias` in its production too, and write who did it. Empty when that was done, or
        was so; else the name of the character that has it already, and nothing is changed."""
        ...

    async def remove_alias(self, production_id: str, alias: str, audit_event: AuditEvent) -> str:
        """Take an alias away, and write who did it; the name of whoever had it, empty when nobody did."""
        ...

    async def get(self, character_id: str) -> Character | None: ...

    async def get_face(self, round_id: str) -> Face | None:
        """The face a round gave."""
        ...

    async def list_faces(self, character_id: str) -> Sequence[Face]:
        """All faces of a character, newest first, unlocked ones too."""
        ...

    async def unlock(self, round_id: str, unlock: Unlock) -> bool:
        """Unlock the face a round gave, and write the deed; False when somebody did before."""
        ...
