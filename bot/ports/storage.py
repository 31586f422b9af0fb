"""What else is remembered: portraits, productions, deeds, notices; implemented in storage/."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.face import Portrait
from bot.domain.ids import ChannelRef
from bot.domain.production import Production, ProductionSettings
from bot.ports.ledger import Ledger, UpscaleRepository
from bot.ports.messaging import Recipient
from bot.ports.roster import Roster
from bot.ports.rounds import BallotRepository, DraftRepository, ReminderRepository, RoundRepository, SlotRepository


class RetirementNotices(Protocol):
    """Who was told of a model's end, and whom it concerns."""

    async def has_recent_retired_error(self, since: datetime) -> bool:
        """Whether a model that was asked since then answered as retired."""
        ...

    async def recipients(self, model_id: str) -> Sequence[Recipient]:
        """In each workspace that ever asked the model: the leads of its open rounds with it, else of its newest one.

        Nobody of a workspace where a ballot still hides whose miss it has: the notice would tell.
        """
        ...

    async def claim(self, recipient: Recipient, model_id: str, at: datetime) -> bool:
        """Write that this person is being told; False when that stands there already."""
        ...

    async def release(self, recipient: Recipient, model_id: str) -> None:
        """They could not be told."""
        ...


class Portraits(Protocol):
    """Write-once pictures by key. Everything raises NotKept where the store does not answer."""

    async def put(self, key: str, data: bytes) -> bool:
        """Store `data`; False when something stands there already, which is kept."""
        ...

    async def get(self, key: str) -> bytes:
        """Raises PortraitLost, a KeyError, when nothing stands there."""
        ...

    async def has(self, key: str) -> bool: ...

    async def check_writable(self) -> None:
        """Raises NotKept where a portrait could not be stored now, as far as that is known beforehand."""
        ...

    def older_than(self, before: datetime) -> AsyncIterator[Sequence[str]]:
        """Keys of what was written before then and has not been put again since, page by page."""
        ...

    async def delete(self, key: str) -> None:
        """Take a picture away; one that is not there is fine."""
        ...


@dataclass(frozen=True)
class PictureOwner:
    """What a slot or finish has of pictures: whether it is `final`, the `key` of its original, `perhaps` paid for."""

    is_final: bool
    key: str = ""
    may_be_paid: bool = False


class PictureIndex(Protocol):
    """Which pictures the database speaks of."""

    async def owners(self, ids: Sequence[str]) -> Mapping[str, PictureOwner]:
        """The slots and finishes among these ids; an id nobody gave is not among them."""
        ...

    async def reference_keys(self) -> frozenset[str]:
        """The keys of every picture that a brief of a round or wish is like."""
        ...

    async def known_rounds(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these ids that a round has."""
        ...

    async def list_drafts(self) -> Sequence[tuple[str, str]]:
        """Workspace and id of every wish that was ever kept."""
        ...

    async def attach_orphan(self, slot_id: str, portrait: Portrait) -> bool:
        """A miss of which nobody knew whether it was drawn was: its row names the portrait, and what it cost is what
        was listed. False where it stands otherwise."""
        ...


class Productions(Protocol):
    """Productions and their customs. Every change is one short transaction."""

    async def get(self, place: ChannelRef) -> Production:
        """The production a conversation casts for; one nobody has named yet has an empty id and usual customs."""
        ...

    async def list_all(self, team: str) -> Sequence[Production]:
        """Every production of the workspace, by name."""
        ...

    async def save(
        self,
        place: ChannelRef,
        name: str,
        settings: ProductionSettings,
        *audit_events: AuditEvent,
        expected_digest: str | None = None,
    ) -> Production:
        """Write name and customs of the production that `place` casts for, made if need be, and who changed what.

        Raises Changed where the production's digest is not the one `seen`.
        """
        ...

    async def join(
        self, place: ChannelRef, production_id: str, audit_event: AuditEvent, expected_digest: str | None = None
    ) -> Production:
        """Let `place` cast for another production of its workspace, for its own where `production_id` is empty.

        Characters that were cast only in `place` come along; all of them, where no other channel casts for the former
        one. So does what the channel spent. Raises KeyError, Changed, Clashes.
        """
        ...


class AuditLog(Protocol):
    """Deeds that no other row tells, in the order they were done."""

    async def add(self, audit_event: AuditEvent) -> None: ...

    async def list_for_character(self, character_id: str) -> Sequence[AuditEvent]: ...

    async def list_for_production(self, place: ChannelRef) -> Sequence[AuditEvent]:
        """Deeds that concern no single character, in every channel of the production."""
        ...


class StoragePorts(Protocol):
    """All that is remembered, as storage opens it."""

    @property
    def rounds(self) -> RoundRepository: ...

    @property
    def slots(self) -> SlotRepository: ...

    @property
    def ballots(self) -> BallotRepository: ...

    @property
    def reminders(self) -> ReminderRepository: ...

    @property
    def drafts(self) -> DraftRepository: ...

    @property
    def roster(self) -> Roster: ...

    @property
    def upscales(self) -> UpscaleRepository: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def retirement_notices(self) -> RetirementNotices: ...

    @property
    def productions(self) -> Productions: ...

    @property
    def audit_log(self) -> AuditLog: ...

    @property
    def portraits(self) -> Portraits: ...

    @property
    def picture_index(self) -> PictureIndex: ...
