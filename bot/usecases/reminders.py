"""Vote reminders: a direct message to each named voter in their working hours, or one note in the thread."""

from dataclasses import dataclass, field

import structlog

from bot.domain.round import Round
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from bot.domain.users import is_working_time, reminder_at
from bot.ports.messaging import Recipient
from bot.usecases.access import PermittedUseCase
from bot.usecases.vote import load_votes

log = structlog.get_logger()

# Stands for the note in the thread that all votes are in.
_ALL_VOTERS = ""


@dataclass(frozen=True, slots=True)
class Reminders(PermittedUseCase):
    """Sends due reminders, at most once each: they are recorded before they are sent.

    While Slack does not answer, the next tick retries. A recipient that Slack rejects is skipped until a restart.
    """

    _rejected: set[Recipient] = field(default_factory=set, init=False)

    async def send_due(self) -> None:
        """Remind due voters, and the threads of rounds near their close where a voter was not reached."""
        for round_ in await self.storage.reminders.list_with_named_voters(self.ports.now()):
            await self._remind_voters(round_)
        for round_id in await self.storage.reminders.claim_due(self.ports.now()):
            round_ = await self.storage.rounds.get(round_id)
            if not round_.brief.voters or await self._has_unreached_voters(round_):
                await self._remind_thread(round_id)

    async def deactivated_voters(self, round_: Round) -> frozenset[str]:
        """Return the named voters whose accounts are closed."""
        return frozenset(
            [person for person in round_.brief.voters if await self.permissions.is_deactivated(round_.place, person)]
        )

    async def _remind_thread(self, round_id: str) -> None:
        try:
            await self.ports.publisher.post_thread_note(round_id, "reminder")
        except SlackUnavailable as error:
            log.warning("thread_reminder_failed", round=round_id, operation=error.operation)
            await self.storage.reminders.reschedule(round_id, self.ports.now())

    async def _remind_voters(self, round_: Round) -> None:
        pending, complete = await self._pending(round_)
        if complete:
            await self._announce_complete(round_)
        for person in sorted(pending - await self.storage.reminders.list_reminded(round_.id, round_.ballot_stage)):
            await self._remind_person(round_, person)

    async def _announce_complete(self, round_: Round) -> None:
        if not await self.storage.reminders.claim(round_.id, _ALL_VOTERS, round_.ballot_stage, self.ports.now()):
            return
        try:
            await self.ports.publisher.post_thread_note(round_.id, "all_in")
        except SlackUnavailable as error:
            log.warning("turnout_notice_failed", round=round_.id, operation=error.operation)
            await self.storage.reminders.release(round_.id, _ALL_VOTERS, round_.ballot_stage)
            return
        self.ports.publisher.schedule_redraw(round_.id)

    async def _remind_person(self, round_: Round, person: str) -> None:
        recipient = Recipient(round_.place.team, person)
        if recipient in self._rejected or not await self._is_due(round_, person):
            return
        if not await self.storage.reminders.claim(round_.id, person, round_.ballot_stage, self.ports.now()):
            return
        try:
            await self.ports.direct_messages.send_vote_reminder(recipient, round_)
        except SlackUnavailable as error:
            log.warning("reminder_failed", round=round_.id, operation=error.operation)
            if isinstance(error, SlackRejected):
                self._rejected.add(recipient)
            await self.storage.reminders.release(round_.id, person, round_.ballot_stage)

    async def _is_due(self, round_: Round, person: str) -> bool:
        """Return whether the reminder time passed and the person is in working hours now."""
        try:
            zone = (await self.ports.user_directory.get_user(round_.place.team, person)).time_zone
        except SlackUnavailable:
            return False
        now = self.ports.now()
        at = reminder_at(round_.voting_since or round_.opened_at, round_.closes_at or now, zone)
        return at is not None and at <= now and is_working_time(now, zone)

    async def _has_unreached_voters(self, round_: Round) -> bool:
        pending, _ = await self._pending(round_)
        return bool(pending - await self.storage.reminders.list_reminded(round_.id, round_.ballot_stage))

    async def _pending(self, round_: Round) -> tuple[frozenset[str], bool]:
        """Return the voters without a vote, and whether all votes are in."""
        voted = round_.voted_people(*await load_votes(self.storage, round_.id))
        turnout = round_.turnout(voted, await self.deactivated_voters(round_))
        return (turnout.pending, turnout.is_complete) if turnout else (frozenset(), False)
