"""Reminders: to each named voter alone, in their own working hours; else one line in the round's thread."""

from dataclasses import dataclass, field

import structlog

from bot.domain.errors import SlackRejected, SlackUnavailable
from bot.domain.round import Round
from bot.domain.users import is_working_time, reminder_at
from bot.ports.clock import Now
from bot.ports.messaging import DirectMessages, Recipient, RoundPublisher, UserDirectory
from bot.ports.storage import StoragePorts
from bot.usecases.access import Permissions

log = structlog.get_logger()

# Under this name it is kept that a thread was told that every vote is in.
_ALL_VOTERS = ""


@dataclass(frozen=True, slots=True)
class Reminders:
    """Asked every few seconds for what is due; each reminder is written down before it is sent.

    A Slack that is silent is tried again at the next tick; one that refuses for good not before a restart.
    """

    storage: StoragePorts
    publisher: RoundPublisher
    user_directory: UserDirectory
    permissions: Permissions
    direct_messages: DirectMessages
    now: Now
    _rejected: set[Recipient] = field(default_factory=set, init=False)

    async def send_due(self) -> None:
        """Whoever is due; and the threads of rounds near their close in which somebody cannot be written to."""
        for round_ in await self.storage.reminders.list_with_named_voters(self.now()):
            await self._remind_voters(round_)
        for round_id in await self.storage.reminders.claim_due(self.now()):
            round_ = await self.storage.rounds.get(round_id)
            if not round_.brief.voters or await self._has_unreached_voters(round_):
                await self._remind_thread(round_id)

    async def deactivated_voters(self, round_: Round) -> frozenset[str]:
        """The named voters whose accounts are closed; one nobody can tell of counts as there."""
        return frozenset(
            [person for person in round_.brief.voters if await self.permissions.is_deactivated(round_.place, person)]
        )

    async def _remind_thread(self, round_id: str) -> None:
        try:
            await self.publisher.post_thread_note(round_id, "reminder")
        except SlackUnavailable as error:
            log.warning("thread_reminder_failed", round=round_id, what=error.operation)
            await self.storage.reminders.reschedule(round_id, self.now())

    async def _remind_voters(self, round_: Round) -> None:
        pending, complete = await self._pending(round_)
        if complete:
            await self._announce_complete(round_)
        for person in sorted(pending - await self.storage.reminders.list_reminded(round_.id, round_.ballot_stage)):
            await self._remind_person(round_, person)

    async def _announce_complete(self, round_: Round) -> None:
        if not await self.storage.reminders.claim(round_.id, _ALL_VOTERS, round_.ballot_stage, self.now()):
            return
        try:
            await self.publisher.post_thread_note(round_.id, "all_in")
        except SlackUnavailable as error:
            log.warning("turnout_notice_failed", round=round_.id, what=error.operation)
            await self.storage.reminders.release(round_.id, _ALL_VOTERS, round_.ballot_stage)
            return
        self.publisher.schedule_redraw(round_.id)

    async def _remind_person(self, round_: Round, person: str) -> None:
        recipient = Recipient(round_.place.team, person)
        if recipient in self._rejected or not await self._is_due(round_, person):
            return
        if not await self.storage.reminders.claim(round_.id, person, round_.ballot_stage, self.now()):
            return
        try:
            await self.direct_messages.send_vote_reminder(recipient, round_)
        except SlackUnavailable as error:
            log.warning("reminder_failed", round=round_.id, what=error.operation)
            if isinstance(error, SlackRejected):
                self._rejected.add(recipient)
            await self.storage.reminders.release(round_.id, person, round_.ballot_stage)

    async def _is_due(self, round_: Round, person: str) -> bool:
        """Their moment may have passed while the bot was off: then it comes when they are at work again, or not."""
        try:
            zone = (await self.user_directory.get_user(round_.place.team, person)).time_zone
        except SlackUnavailable:
            return False
        now = self.now()
        at = reminder_at(round_.voting_since or round_.opened_at, round_.closes_at or now, zone)
        return at is not None and at <= now and is_working_time(now, zone)

    async def _has_unreached_voters(self, round_: Round) -> bool:
        """Whether somebody whose vote is missing was not written to."""
        pending, _ = await self._pending(round_)
        return bool(pending - await self.storage.reminders.list_reminded(round_.id, round_.ballot_stage))

    async def _pending(self, round_: Round) -> tuple[frozenset[str], bool]:
        """Whose votes are missing, and whether all of them are in."""
        voted = round_.voted_people(
            await self.storage.ballots.list_vote_inputs(round_.id),
            await self.storage.ballots.list_submissions(round_.id),
        )
        turnout = round_.turnout(voted, await self.deactivated_voters(round_))
        return (turnout.pending, turnout.is_complete) if turnout else (frozenset(), False)
