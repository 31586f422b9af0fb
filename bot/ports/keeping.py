"""What else is remembered: portraits, productions, deeds, notices; implemented in storage/."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.deed import Deed
from bot.face import Place
from bot.ports.showing import Reader
from bot.production import Customs, Production


class Notices(Protocol):
    """Who was told of a model's end, and whom it concerns."""

    async def doubted(self, since: datetime) -> bool:
        """Whether a model that was asked since then answered as retired."""
        ...

    async def concerned(self, model_id: str) -> Sequence[Reader]:
        """In each workspace that ever asked the model: the leads of its open rounds with it, else of its newest one.

        Nobody of a workspace where a ballot still hides whose miss it has: the notice would tell.
        """
        ...

    async def take(self, reader: Reader, model_id: str, at: datetime) -> bool:
        """Write that this person is being told; False when that stands there already."""
        ...

    async def give_back(self, reader: Reader, model_id: str) -> None:
        """They could not be told."""
        ...


class Portraits(Protocol):
    """Write-once pictures by key."""

    async def put(self, key: str, data: bytes) -> bool:
        """Store `data`; False when something stands there already, which is kept."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises KeyError when nothing stands there."""
        ...

    async def has(self, key: str) -> bool: ...


class Productions(Protocol):
    """Productions and their customs. Every change is one short transaction."""

    async def of(self, place: Place) -> Production:
        """The production a conversation casts for; one nobody has named yet has an empty id and usual customs."""
        ...

    async def all(self, team: str) -> Sequence[Production]:
        """Every production of the workspace, by name."""
        ...

    async def keep(
        self, place: Place, name: str, customs: Customs, *deeds: Deed, seen: str | None = None
    ) -> Production:
        """Write name and customs of the production that `place` casts for, made if need be, and who changed what.

        Raises Changed where the production's digest is not the one `seen`.
        """
        ...

    async def join(self, place: Place, production_id: str, deed: Deed, seen: str | None = None) -> Production:
        """Let `place` cast for another production of its workspace, for its own where `production_id` is empty.

        Characters that were cast only in `place` come along; all of them, where no other channel casts for the former
        one. So does what the channel spent. Raises KeyError, Changed, Clashes.
        """
        ...


class Chronicle(Protocol):
    """Deeds that no other row tells, in the order they were done."""

    async def write(self, deed: Deed) -> None: ...

    async def of_character(self, character_id: str) -> Sequence[Deed]: ...

    async def of_production(self, place: Place) -> Sequence[Deed]:
        """Deeds that concern no single character, in every channel of the production."""
        ...
