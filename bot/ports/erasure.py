"""Deletion of characters, and the log of erasures; implemented in storage/erasure and handlers/."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEvent
from bot.domain.brief import WiderConsent
from bot.domain.erasure import Erasure
from bot.domain.ids import ChannelRef


@dataclass(frozen=True)
class Deletion:
    """The deletion of a character that a person confirmed. `refused_files` are those that Slack did not delete."""

    id: str
    place: ChannelRef
    character_id: str
    person: str
    requested_at: datetime
    finished_at: datetime | None = None
    refused_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoundFiles:
    """What exists of a round outside the database: files in Slack, and a folder in the portraits store."""

    slack_files: tuple[str, ...]
    picture_keys: tuple[str, ...]


class CharacterDeletions(Protocol):
    """Deletions of characters. Every method is one short transaction and may be repeated."""

    async def add(self, deletion: Deletion, audit_event: AuditEvent) -> Deletion:
        """Store a deletion and its audit event; return the stored one, which may be an earlier one."""

    async def get(self, deletion_id: str) -> Deletion:
        """Raises KeyError."""

    async def list_unfinished(self) -> Sequence[str]:
        """List the ids of deletions that have not ended."""

    async def is_settled(self, character_id: str) -> bool:
        """Return whether no call to a model is in progress for the character's rounds and upscales."""

    async def list_round_files(self, round_id: str) -> RoundFiles:
        """Return every file in Slack that shows the round, and the stored pictures that its rows name."""

    async def list_draft_pictures(self, character_id: str) -> Sequence[str]:
        """Return the keys of pictures attached to drafts of the character."""

    async def delete_round(self, round_id: str, at: datetime) -> None:
        """Delete everything of a round but an empty row, which its charges and its message need."""

    async def delete_character(self, character_id: str) -> None:
        """Delete the name, aliases and drafts of a character whose rounds are deleted, and what the log says of it."""

    async def add_refused(self, deletion_id: str, file_ids: Sequence[str]) -> None:
        """Store which files Slack did not delete."""

    async def finish(self, deletion_id: str, at: datetime) -> None: ...


class PostedFiles(Protocol):
    """Which files in Slack show which rounds."""

    async def add(self, file_ids: Sequence[str], round_ids: Sequence[str]) -> None:
        """Store that each of the files shows each of the rounds."""


@dataclass(frozen=True, order=True)
class MessageAddress:
    """Where a message is: the id of its conversation, and its timestamp."""

    channel: str
    ts: str


class PostedMessages(Protocol):
    """Messages of the bot that say something of a round, beside the round's own message."""

    async def add(self, round_id: str, *addresses: MessageAddress) -> None: ...

    async def list_for_round(self, round_id: str) -> Sequence[MessageAddress]:
        """List these messages, the one that collects comments, and those of the character sheet's views."""


class Consents(Protocol):
    """Consents to the photos of real people. Every method may be repeated."""

    async def withdraw(self, photo_round: str, audit_event: AuditEvent) -> Sequence[str]:
        """Mark every brief and face that was drawn after the photo of this round; return the ids of their rounds."""

    async def widen(self, photo_round: str, wider: WiderConsent, audit_event: AuditEvent) -> None:
        """Add a use to the consent in every brief that was drawn after the photo of this round."""

    async def list_photo_keys(self, photo_round: str, team: str) -> Sequence[str]:
        """Return the keys of the stored photo."""

    async def clear_photo_keys(self, photo_round: str, team: str) -> None:
        """Forget the keys and hashes of a photo that was deleted."""


class RemovedWorkspaces(Protocol):
    """Workspaces that removed the app. An installation of the app takes its workspaces off this list."""

    async def add(self, team: str, installation_id: str, at: datetime) -> None:
        """Store when a workspace removed the app; a repeated call changes nothing."""

    async def cancel(self, team: str) -> None:
        """Take a workspace off the list, because the app serves it again."""

    async def list_due(self, before: datetime) -> Sequence[str]:
        """List the workspaces that removed the app before then."""

    async def delete_workspace(self, team: str, at: datetime) -> int:
        """Delete all pictures and rows of a workspace; return how many rounds it had. May be repeated."""


class ErasureLog(Protocol):
    """The log of erasures, which a restore replays."""

    async def add(self, erasure: Erasure) -> None: ...

    async def list_all(self) -> Sequence[Erasure]:
        """List all erasures, oldest first."""


class SlackFiles(Protocol):
    """Files that the bot uploaded to Slack."""

    async def delete(self, team: str, file_id: str) -> bool:
        """Delete a file; False if Slack refuses it. A file that is gone counts as deleted. Raises SlackUnavailable."""

    async def list_shares(self, team: str, file_id: str) -> Sequence[MessageAddress]:
        """List the messages that share a file; none for one that is gone. Raises SlackUnavailable."""


class SlackMessages(Protocol):
    """Messages that the bot posted."""

    async def delete(self, place: ChannelRef, ts: str) -> bool:
        """Delete a message; False if Slack refuses it. One that is gone counts as deleted. Raises SlackUnavailable."""
