"""Deletion of a character: face, rounds, portraits, photos, and the bot's files and messages about it in Slack.

A person confirms it, then a durable job does it. Each step finds what is left, so the job survives a kill and may run
again. What stays are charges, and the fact: who deleted a character, when, and why.
"""

from dataclasses import dataclass

import structlog

from bot.domain.audit import AuditEvent
from bot.domain.brief import parse_reason
from bot.domain.erasure import DELETED, DELETED_NAME, Erasure
from bot.domain.errors import BriefError, NotAvailableHere, NotLead
from bot.domain.face import Character
from bot.domain.ids import ChannelRef, stable_id
from bot.domain.names import normalize_name
from bot.domain.round import Round
from bot.domain.round_state import OPEN_STATES
from bot.domain.service_errors import SlackUnavailable
from bot.ports.erasure import Deletion
from bot.ports.messaging import Recipient
from bot.usecases.access import PermittedUseCase
from bot.usecases.posted_files import delete_posted_file, pictures_lease

log = structlog.get_logger()

JOB = "delete"


@dataclass(frozen=True)
class DeletionRequest:
    """A submitted form: the character's id, the name as typed, and the reason as typed."""

    character_id: str
    place: ChannelRef
    person: str
    typed_name: str
    reason: str


@dataclass(frozen=True)
class DeletionSummary:
    """What the form says will be deleted."""

    character: Character
    rounds: int
    faces: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class CharacterDeletion(PermittedUseCase):
    """Deletes characters for the lead or an administrator."""

    async def summarize(self, character_id: str, place: ChannelRef, person: str) -> DeletionSummary:
        """Return what would be deleted; raises NotAvailableHere, NotLead, SlackUnavailable."""
        character, rounds = await self._require_allowed(character_id, place, person)
        faces = await self.storage.roster.list_faces(character_id)
        is_open = any(round_.state in OPEN_STATES for round_ in rounds)
        return DeletionSummary(character, len(rounds), len(faces), is_open)

    async def request(self, request: DeletionRequest) -> Deletion:
        """Store a confirmed deletion and start its job. A repeated call returns the first one.

        Raises BriefError at the field `name` or `reason`, and what `summarize` raises.
        """
        character, rounds = await self._require_allowed(request.character_id, request.place, request.person)
        if normalize_name(request.typed_name) != normalize_name(character.name):
            raise BriefError("name", "not_the_name", request.typed_name)
        reason, now = parse_reason(request.reason), self.ports.now()
        id_ = stable_id("d", request.place.team, character.id)
        erasure = Erasure("character", character.id, now, request.place.team, tuple(round_.id for round_ in rounds))
        await self.storage.erasure_log.add(erasure)
        audit_event = AuditEvent(DELETED, request.place, request.person, now, character.id, detail=reason)
        deletion = Deletion(id_, request.place, character.id, request.person, now)
        stored = await self.storage.deletions.add(deletion, audit_event)
        await self.ports.job_queue.start(JOB, id_)
        return stored

    async def restart_unfinished(self) -> None:
        """Start the jobs of deletions that wait for calls in progress, or that a crash cut off."""
        for id_ in await self.storage.deletions.list_unfinished():
            await self.ports.job_queue.start(JOB, id_)

    # The step of the job.

    async def run(self, deletion_id: str) -> None:
        """Delete what is left; without effect while a model is still drawing for the character."""
        deletion = await self.storage.deletions.get(deletion_id)
        if deletion.finished_at:
            return
        rounds = await self.storage.rounds.list_for_character(deletion.character_id)
        for round_ in rounds:
            if round_.state in OPEN_STATES and await self.storage.rounds.void(round_.id, DELETED):
                await self.ports.publisher.redraw_now(round_.id)
        if not await self.storage.deletions.is_settled(deletion.character_id):
            return
        for round_ in rounds:
            await self._delete_round(deletion, round_)
        for key in await self.storage.deletions.list_draft_pictures(deletion.character_id):
            await self.storage.portraits.delete(key)
        await self.storage.deletions.delete_character(deletion.character_id)
        await self.storage.deletions.finish(deletion_id, self.ports.now())
        log.info("character_deleted", rounds=len(rounds))
        await self._report(deletion_id)

    async def _delete_round(self, deletion: Deletion, round_: Round) -> None:
        """Delete a round under the lease of its pictures, so that no upload runs meanwhile."""
        if round_.void_reason == DELETED and not round_.slots:
            return
        async with pictures_lease(self.storage, round_.id):
            files = await self.storage.deletions.list_round_files(round_.id)
            refused = [
                file_id for file_id in files.slack_files if not await delete_posted_file(self.ports, round_, file_id)
            ]
            refused += await self._delete_messages(round_)
            if refused:
                await self.storage.deletions.add_refused(deletion.id, refused)
            keys = await self.storage.portraits.list_keys(f"{round_.id}/")
            for key in {*keys, *files.picture_keys}:
                await self.storage.portraits.delete(key)
            await self.storage.deletions.delete_round(round_.id, self.ports.now())
        await self.ports.publisher.redraw_now(round_.id)

    async def _delete_messages(self, round_: Round) -> list[str]:
        """Delete what the bot posted about the round, but its message; return what Slack refused, as channel/ts.

        Messages of people who shared a file stay: Slack refuses them, as it does in channels that the bot has left.
        """
        refused = []
        for address in await self.storage.posted_messages.list_for_round(round_.id):
            if address.ts == round_.message_ts:
                continue
            posted = ChannelRef(round_.place.team, address.channel)
            place = await self.storage.productions.current_channel(posted)
            if not await self.ports.slack_messages.delete(place, address.ts):
                refused.append(f"{place.channel}/{address.ts}")
        return refused

    async def _report(self, deletion_id: str) -> None:
        deletion = await self.storage.deletions.get(deletion_id)
        try:
            recipient = Recipient(deletion.place.team, deletion.person)
            await self.ports.direct_messages.send_deletion_report(recipient, deletion.refused_files)
        except SlackUnavailable as error:
            log.warning("deletion_report_not_sent", what=error.operation)

    async def _require_allowed(
        self, character_id: str, place: ChannelRef, person: str
    ) -> tuple[Character, tuple[Round, ...]]:
        """Return the character and its rounds for a lead of it who sees all of them, or for an administrator."""
        character = await self.storage.roster.get(character_id)
        rounds = tuple(await self.storage.rounds.list_for_character(character_id))
        if character is None or character.name == DELETED_NAME or not rounds or character.place.team != place.team:
            raise NotAvailableHere("unknown")
        if await self.permissions.is_administrator(place, person):
            return character, rounds
        face_round = next((r for r in rounds if character.face and r.id == character.face.round_id), rounds[-1])
        leads = {face_round.lead, rounds[-1].lead}
        if person not in leads:
            raise NotLead("delete", face_round.lead)
        for channel in {round_.place for round_ in rounds}:
            if not await self.ports.channel_access.can_see(person, channel):
                raise NotAvailableHere("deleted_elsewhere")
        return character, rounds
