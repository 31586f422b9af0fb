"""Storage of pictures, productions, the audit log and notices; implemented in storage/."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.face import Face, Portrait
from bot.domain.ids import ChannelRef
from bot.domain.production import Production, ProductionSettings
from bot.ports.call_reservations import CallReservations
from bot.ports.cast_many import ManyRepository
from bot.ports.character_sheet import SheetRepository
from bot.ports.comments import CommentRepository
from bot.ports.door_tokens import DoorTokens
from bot.ports.erasure import (
    CharacterDeletions,
    Consents,
    ErasureLog,
    PostedFiles,
    PostedMessages,
    RemovedWorkspaces,
)
from bot.ports.flaw_tags import FlawAnswers
from bot.ports.handled_events import HandledEvents
from bot.ports.installations import Installations, OAuthStates
from bot.ports.ledger import Ledger, UpscaleRepository
from bot.ports.look_alikes import LookAlikes
from bot.ports.messaging import Recipient
from bot.ports.passport import PassportRepository
from bot.ports.redraws import RedrawMarks
from bot.ports.replicas import Replicas
from bot.ports.reports import PictureReports
from bot.ports.retention import ExpiredData, WorkspaceRetentions
from bot.ports.roster import Roster
from bot.ports.rounds import BallotRepository, DraftRepository, ReminderRepository, RoundRepository, SlotRepository
from bot.ports.targets import TargetRepository
from bot.ports.webhooks import WebhookDeliveries, WebhookEndpoints


class RetirementNotices(Protocol):
    """Notices of model retirement: who must get one, and who got one."""

    async def has_recent_retired_error(self, since: datetime) -> bool:
        """Return whether a model that was called since then answered as retired."""

    async def recipients(self, model_id: str) -> Sequence[Recipient]:
        """Return the leads of open rounds with the model, or of the newest one, in each workspace that ever used it.

        Workspaces where an open ballot hides a failure of the model are left out: the notice would reveal it.
        """

    async def list_faces(self, model_id: str) -> Sequence[tuple[Recipient, Face]]:
        """List the characters' present faces that the model drew, each with the lead of its round, by name.

        Faces that may not be drawn again are left out, and the workspaces that `recipients` leaves out.
        """

    async def claim(self, recipient: Recipient, model_id: str, at: datetime) -> bool:
        """Record that this person is being notified; False if that is recorded already."""

    async def release(self, recipient: Recipient, model_id: str) -> None:
        """Delete the record of a notice that was not sent."""

    async def set_dates(self, dates: Mapping[str, date | None]) -> None:
        """Store the first day without each model by exact id, None for a model served without an end."""

    async def get_dates(self) -> Mapping[str, date | None]:
        """Return what was stored last for each model."""


class Portraits(Protocol):
    """Create-only store of pictures by key. All methods raise StorageUnavailable."""

    async def put(self, key: str, data: bytes) -> bool:
        """Store `data`; False if the key exists, whose data stays."""

    async def get(self, key: str) -> bytes:
        """Raises PortraitMissing, a KeyError, if the key does not exist."""

    async def has(self, key: str) -> bool: ...

    async def check_writable(self) -> None:
        """Raise StorageUnavailable if a portrait could not be stored now; a check some seconds old may count."""

    async def check_anew(self) -> None:
        """Write, read and delete a small object; raise StorageUnavailable if that fails."""

    def older_than(self, before: datetime) -> AsyncIterator[Sequence[str]]:
        """Yield pages of keys that were last put before then."""

    async def list_keys(self, prefix: str) -> Sequence[str]:
        """Return the keys below a folder, which `prefix` names with its slash."""

    async def delete(self, key: str) -> None:
        """Delete a picture; a missing key is no error."""


@dataclass(frozen=True)
class PictureOwner:
    """The slot, upscale or sheet view of a picture: its original's `key`, whether it is final or may be paid for."""

    is_final: bool
    key: str = ""
    may_be_paid: bool = False


class PictureIndex(Protocol):
    """The pictures that the database references."""

    async def owners(self, ids: Sequence[str]) -> Mapping[str, PictureOwner]:
        """Return the slots, upscales and sheet views with these ids; unknown ids are left out."""

    async def reference_keys(self) -> frozenset[str]:
        """Return the keys of all reference pictures of rounds and drafts."""

    async def known_rounds(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these ids are rounds."""

    async def list_drafts(self) -> Sequence[tuple[str, str]]:
        """List workspace and id of every draft."""

    async def attach_orphan(self, slot_id: str, portrait: Portrait) -> bool:
        """Attach a portrait to a failed slot that may have been paid for, at the listed price.

        False if the slot is in another state.
        """


class Productions(Protocol):
    """Productions and their settings. Every change is one short transaction."""

    async def get(self, place: ChannelRef) -> Production:
        """Return the production of a channel; a new one has an empty id and default settings."""

    async def list_all(self, team: str) -> Sequence[Production]:
        """List all productions of the workspace by name."""

    async def save(
        self,
        place: ChannelRef,
        name: str,
        settings: ProductionSettings,
        *audit_events: AuditEvent,
        expected_digest: str | None = None,
    ) -> Production:
        """Write name, settings and audit events of the production of `place`, created if necessary.

        Raises SettingsConflict if the digest of the production is not `expected_digest`.
        """

    async def join(
        self, place: ChannelRef, production_id: str, audit_event: AuditEvent, expected_digest: str | None = None
    ) -> Production:
        """Move `place` to another production of its workspace, or to its own with an empty `production_id`.

        Characters that were cast only in `place` move too, and all of them if no other channel uses the old production.
        The channel's spending moves too. Raises KeyError, SettingsConflict, NameConflict.
        """

    async def move_channel(self, place: ChannelRef, channel: str) -> Sequence[str]:
        """Give a channel another id, with its rounds, faces, settings and spend; return the ids of its open rounds.

        A repeated call changes nothing.
        """

    async def current_channel(self, place: ChannelRef) -> ChannelRef:
        """Return the channel that `place` names, also by an id that it had earlier."""


class AuditLog(Protocol):
    """Audit events that no other row records, in order."""

    async def add(self, audit_event: AuditEvent) -> None: ...

    async def list_for_character(self, character_id: str) -> Sequence[AuditEvent]: ...

    async def list_for_production(self, place: ChannelRef) -> Sequence[AuditEvent]:
        """List events without a character, in every channel of the production; calls of doors are left out."""


@dataclass(frozen=True)
class StoragePorts:
    """All repositories and stores; those of several processes are None where one process has the storage."""

    rounds: RoundRepository
    slots: SlotRepository
    ballots: BallotRepository
    reminders: ReminderRepository
    comments: CommentRepository
    flaw_answers: FlawAnswers
    look_alikes: LookAlikes
    drafts: DraftRepository
    cast_many: ManyRepository
    roster: Roster
    upscales: UpscaleRepository
    sheets: SheetRepository
    ledger: Ledger
    retirement_notices: RetirementNotices
    productions: Productions
    audit_log: AuditLog
    portraits: Portraits
    picture_index: PictureIndex
    handled_events: HandledEvents
    installations: Installations
    oauth_states: OAuthStates
    replicas: Replicas
    redraw_marks: RedrawMarks | None
    call_reservations: CallReservations | None
    deletions: CharacterDeletions
    erasure_log: ErasureLog
    posted_files: PostedFiles
    posted_messages: PostedMessages
    expired_data: ExpiredData
    removed_workspaces: RemovedWorkspaces
    consents: Consents
    reports: PictureReports
    workspace_retentions: WorkspaceRetentions
    targets: TargetRepository
    webhook_endpoints: WebhookEndpoints
    webhook_deliveries: WebhookDeliveries
    passports: PassportRepository
    door_tokens: DoorTokens
