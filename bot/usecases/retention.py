"""The nightly job that deletes what is kept no longer, by the settings of each production.

It runs in batches, deletes nothing of an open round, and writes each deletion to the audit log as a count.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.audit import AuditEvent
from bot.domain.ids import original_key, preview_key
from bot.domain.retention import (
    EXPIRED_AUDIT,
    EXPIRED_PHOTO,
    EXPIRED_PORTRAITS,
    EXPIRED_VOTERS,
    Retention,
    WorkspaceRetention,
)
from bot.domain.round import Round
from bot.usecases.ports import UseCase
from bot.usecases.posted_files import delete_posted_file, pictures_lease
from bot.usecases.uninstall import Uninstall
from bot.usecases.vote import load_votes

log = structlog.get_logger()

_BATCH_SIZE = 20
# Rounds of each kind in one night; the rest waits for the next one.
_MAX_ROUNDS = 2_000

List = Callable[[Mapping[str, datetime], int], Awaitable[Sequence[str]]]


@dataclass(slots=True)
class RetentionResult:
    """How many rounds lost portraits, a photo and their voters; audit entries; rows of jobs; removed workspaces.

    `webhooks` are events whose deliveries are not listed any more.
    """

    portraits: int = 0
    photos: int = 0
    voters: int = 0
    audit: int = 0
    jobs: int = 0
    webhooks: int = 0
    workspaces: int = 0

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class RetentionJob(UseCase):
    """Deletes expired data. It is safe to run at any time and again."""

    uninstall: Uninstall

    async def run(self) -> RetentionResult:
        """Delete what is too old, if this process leads; raises StorageUnavailable, SlackUnavailable."""
        if not await self.storage.replicas.is_leader():
            return RetentionResult()
        result, kept = RetentionResult(), await self._retention_by_production()
        expired = self.storage.expired_data
        before = partial(self._before, kept)
        result.portraits = await self._each(expired.list_portrait_rounds, before("portraits"), self._clear_portraits)
        result.photos = await self._each(expired.list_photo_rounds, before("photos"), self._clear_photo)
        result.voters = await self._each(expired.list_voter_rounds, before("voters"), self._clear_voters)
        clear_opinions = partial(self._clear_opinions, before("voters"))
        result.voters += await self._each(expired.list_opinion_rounds, before("voters"), clear_opinions)
        for production_id, audit_before in before("audit").items():
            result.audit += await self._delete_audit_events(production_id, audit_before)
        result.workspaces = await self.uninstall.delete_removed()
        result.webhooks = await self._purge_webhooks()
        result.jobs = await self.ports.job_queue.purge(self._cutoff(self.ports.retention.jobs))
        if not result.is_empty:
            await self.storage.expired_data.drop_deleted_content()
            log.info("retention_applied", **{name: getattr(result, name) for name in RetentionResult.__slots__})
        return result

    async def _purge_webhooks(self) -> int:
        """Delete events with their deliveries, and previous secrets whose overlap is over."""
        await self.storage.webhook_endpoints.clear_expired(self.ports.now())
        return await self.storage.webhook_deliveries.purge(self._cutoff(self.ports.retention.jobs))

    async def _retention_by_production(self) -> Mapping[str, Retention]:
        productions = await self.storage.expired_data.list_productions()
        workspaces, allowed = await self.storage.workspace_retentions.list_all(), self.ports.retention
        return {
            production.id: allowed.in_production(
                production.settings, workspaces.get(production.home.team, WorkspaceRetention())
            )
            for production in productions
        }

    def _before(self, kept: Mapping[str, Retention], kind: str) -> Mapping[str, datetime]:
        return {production_id: self._cutoff(getattr(days, kind)) for production_id, days in kept.items()}

    def _cutoff(self, days: int) -> datetime:
        return self.ports.now() - timedelta(days=days)

    async def _each(
        self, list_rounds: List, before: Mapping[str, datetime], clear: Callable[[Round], Awaitable[None]]
    ) -> int:
        """Clear the listed rounds in batches until none is left; a round that stays listed ends the kind."""
        done: set[str] = set()
        while len(done) < _MAX_ROUNDS:
            round_ids = await list_rounds(before, _BATCH_SIZE)
            if not round_ids or done & set(round_ids):
                break
            for round_id in round_ids:
                await clear(await self.storage.rounds.get(round_id))
                done.add(round_id)
        return len(done)

    async def _clear_portraits(self, round_: Round) -> None:
        """Delete the files in Slack and the stored pictures first, so that a kill in between is continued."""
        async with pictures_lease(self.storage, round_.id):
            expired = [slot for slot in round_.slots if slot.portrait and slot.id != round_.locked_slot]
            files = [round_.sheet_file, *(file for slot in expired for file in (slot.file_id, slot.original_file))]
            for file_id in filter(None, files):
                await delete_posted_file(self.ports, round_, file_id)
            for slot in expired:
                for key in (original_key(round_.id, slot.id), preview_key(round_.id, slot.id)):
                    await self.storage.portraits.delete(key)
            event = self._event(EXPIRED_PORTRAITS, round_, len(expired))
            slot_ids = [slot.id for slot in expired]
            await self.storage.expired_data.clear_portraits(round_.id, slot_ids, event)
        self.ports.publisher.schedule_redraw(round_.id)

    async def _clear_photo(self, round_: Round) -> None:
        reference = round_.brief.reference
        if reference and reference.key:
            await self.storage.portraits.delete(reference.key)
            await self.storage.expired_data.clear_photo(round_.id, self._event(EXPIRED_PHOTO, round_, 1))

    async def _clear_voters(self, round_: Round) -> None:
        """Delete who voted; the counts stay, also of a round that ended without a close."""
        vote_inputs, submissions = await load_votes(self.storage, round_.id)
        flaw_answers = await self.storage.flaw_answers.list_for_round(round_.id)
        tally = round_.count_votes(vote_inputs, submissions, flaw_answers)
        people = {vote.person for vote in vote_inputs} | {submission.person for submission in submissions}
        people |= {answer.person for answer in flaw_answers}
        await self.storage.expired_data.clear_voters(
            round_.id, None if round_.tally else tally, self._event(EXPIRED_VOTERS, round_, len(people))
        )

    async def _clear_opinions(self, before: Mapping[str, datetime], round_: Round) -> None:
        """Delete who said what about the views of the character sheet; the counts stay."""
        production = await self.storage.productions.get(round_.place)
        event = self._event(EXPIRED_VOTERS, round_, 0)
        await self.storage.expired_data.clear_opinions(round_.id, before[production.id], event)

    async def _delete_audit_events(self, production_id: str, before: datetime) -> int:
        count = await self.storage.expired_data.delete_audit_events(production_id, before)
        if count:
            place = await self.storage.expired_data.home_of(production_id)
            event = AuditEvent(EXPIRED_AUDIT, place, "", self.ports.now(), detail=str(count))
            await self.storage.audit_log.add(event)
        return count

    def _event(self, action: str, round_: Round, count: int) -> AuditEvent:
        return AuditEvent(action, round_.place, "", self.ports.now(), round_.character_id, round_.id, str(count))
