"""What the core asks of the rooms around it, as protocols: accounts, storage, Slack, the engine."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.ports.accounts import (
    GenerationRequest,
    GenerationResult,
    ImageModel,
    ModelHealth,
    QueuedModel,
    RateLimiter,
    Reservation,
    RetirementSource,
    Upscaler,
)
from bot.ports.keeping import AuditLog, PictureIndex, PictureOwner, Portraits, Productions, RetirementNotices
from bot.ports.money import Ledger, UpscaleRepository, UpscaleStart
from bot.ports.roster import NameMatch, Page, Roster, RosterQuery, RosterSection
from bot.ports.rounds import GeneratedPortrait, RoundDraft, RoundRepository, StartResult
from bot.ports.showing import (
    ChannelAccess,
    DirectMessages,
    Picture,
    Recipient,
    RoundPublisher,
    UserDirectory,
)

__all__ = [
    "AuditLog",
    "ChannelAccess",
    "DirectMessages",
    "GeneratedPortrait",
    "GenerationRequest",
    "GenerationResult",
    "ImageModel",
    "JobQueue",
    "Ledger",
    "ModelHealth",
    "NameMatch",
    "Now",
    "Page",
    "Picture",
    "PictureIndex",
    "PictureOwner",
    "Portraits",
    "Productions",
    "QueuedModel",
    "RateLimiter",
    "Recipient",
    "Reservation",
    "RetirementNotices",
    "RetirementSource",
    "Roster",
    "RosterQuery",
    "RosterSection",
    "RoundDraft",
    "RoundPublisher",
    "RoundRepository",
    "StartResult",
    "StoragePorts",
    "UpscaleRepository",
    "UpscaleStart",
    "Upscaler",
    "UserDirectory",
]

Now = Callable[[], datetime]


class StoragePorts(Protocol):
    """All that is remembered, as storage opens it."""

    @property
    def rounds(self) -> RoundRepository: ...

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


class JobQueue(Protocol):
    """Durable work by kind (round, slot, close, again, finish) and id; starting what already runs does nothing."""

    async def start(self, kind: str, key: str) -> None: ...
