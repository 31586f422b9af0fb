"""Characters and their faces as they are remembered; implemented in storage/."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.deed import Deed
from bot.face import Character, Face, Place, Release


@dataclass(frozen=True)
class Called:
    """One name (or alias) of a character that has a face or an open round, folded; `place` as a character's."""

    character_id: str
    folded: str
    place: Place
    production: str


@dataclass(frozen=True)
class Shelf:
    """A part of the roster: characters of `production` (its id, and the name people gave it) cast in `place`."""

    production: str
    film: str
    place: Place


@dataclass(frozen=True)
class Search:
    """Characters cast in any of `places`; of one production, or whose name or alias holds `words`, or whose name
    `begins` so, where given.

    `cast`: only those that have a face.
    """

    places: tuple[Place, ...]
    production: str = ""
    words: str = ""
    cast: bool = False
    begins: str = ""


@dataclass(frozen=True)
class Page:
    """Some of the characters a search finds, and how many it finds in all."""

    characters: tuple[Character, ...]
    total: int


class Roster(Protocol):
    """Characters and their faces."""

    async def characters(self, team: str) -> Sequence[Character]:
        """Every character of the workspace that has, or had, a face, or has an open round, by name."""
        ...

    async def named(self, team: str, name: str) -> Sequence[Character]:
        """Those of them whose name or alias folds like `name`, in every production."""
        ...

    async def shelves(self, team: str) -> Sequence[Shelf]:
        """Where the workspace's characters were or are being cast; each place and production once."""
        ...

    async def page(self, search: Search, limit: int, offset: int) -> Page:
        """At most `limit` of what is found, by production and name, without reading the others."""
        ...

    async def like(self, team: str, name: str, limit: int) -> Sequence[Called]:
        """Names in the workspace spelt like `name`, the likeliest first, at most `limit` spellings: whoever looks for
        one that is nearly right finds it among them."""
        ...

    async def some(self, character_ids: Sequence[str]) -> Sequence[Character]:
        """These characters, in this order; ids nobody gave are left out."""
        ...

    async def name(self, character: Character, alias: str, deed: Deed) -> str:
        """Let a character answer to `alias` in its production too, and write who did it. Empty when that was done, or
        was so; else the name of the character that has it already, and nothing is changed."""
        ...

    async def unname(self, production: str, alias: str, deed: Deed) -> str:
        """Take an alias away, and write who did it; the name of whoever had it, empty when nobody did."""
        ...

    async def character(self, character_id: str) -> Character | None: ...

    async def face(self, round_id: str) -> Face | None:
        """The face a round gave."""
        ...

    async def history(self, character_id: str) -> Sequence[Face]:
        """All faces of a character, newest first, unlocked ones too."""
        ...

    async def release(self, round_id: str, release: Release) -> bool:
        """Unlock the face a round gave, and write the deed; False when somebody did before."""
        ...
