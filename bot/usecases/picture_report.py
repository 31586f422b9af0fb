"""Reports: somebody finds a portrait wrong, and it is hidden until the lead or an administrator decides."""

from dataclasses import dataclass

import structlog

from bot.domain.audit import AuditEvent
from bot.domain.brief import parse_reason
from bot.domain.errors import BriefError, NotLead
from bot.domain.round import Round
from bot.domain.service_errors import SlackUnavailable
from bot.domain.slot import Slot
from bot.ports.messaging import Recipient
from bot.ports.reports import Report
from bot.usecases.access import PermittedUseCase

log = structlog.get_logger()

SHOWN_AGAIN = "report_dismissed"
# Administrators of a workspace who are told of a report.
_MAX_TOLD = 20


@dataclass(frozen=True)
class ReportForm:
    """A round, and its portraits that can be reported."""

    round: Round
    candidates: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class PictureReporting(PermittedUseCase):
    """Takes reports from everybody who sees a round, and the decision of the lead or an administrator."""

    async def form(self, round_id: str) -> ReportForm:
        """Return what can be reported."""
        round_ = await self.storage.rounds.get(round_id)
        return ReportForm(round_, tuple(slot for slot in round_.candidates if slot not in round_.hidden))

    def check(self, reason: str) -> None:
        """Raise BriefError for an invalid reason."""
        parse_reason(reason)

    async def report(self, round_id: str, slot_id: str, person: str, reason: str) -> Round:
        """Hide the portrait, and tell the round's lead and administrators; raises BriefError.

        The message hides it at once. A job removes the pictures in the thread and draws the contact sheet anew.
        """
        parsed = parse_reason(reason)
        round_ = await self.storage.rounds.get(round_id)
        if slot_id not in {slot.id for slot in round_.candidates}:
            raise BriefError("candidate", "missing")
        report = Report(round_id, slot_id, round_.place.team, person, parsed, self.ports.now())
        await self.storage.reports.add(report)
        await self.ports.publisher.redraw_now(round_id)
        await self.ports.job_queue.start("close", round_id)
        await self._tell(round_, round_.candidate_by_slot(slot_id), report)
        return round_

    async def show_again(self, slot_id: str, person: str) -> bool:
        """Show the portrait again, for the lead or an administrator; raises NotLead."""
        round_ = await self.storage.rounds.by_slot(slot_id)
        if person != round_.lead and not await self.permissions.is_administrator(round_.place, person):
            raise NotLead("show_again", round_.lead)
        event = AuditEvent(SHOWN_AGAIN, round_.place, person, self.ports.now(), round_.character_id, round_.id)
        shown = await self.storage.reports.show_again(round_.id, slot_id, event)
        await self.ports.publisher.redraw_now(round_.id)
        await self._continue(round_.id)
        return shown

    async def restart_unfinished(self) -> None:
        """Start the jobs for rounds whose pictures in Slack are not yet as a report or its decision wants them."""
        for round_id in await self.storage.reports.list_unsettled():
            await self._continue(round_id)

    async def _continue(self, round_id: str) -> None:
        await self.ports.job_queue.start("close", round_id)
        for upscale in await self.storage.upscales.list_for_face(round_id):
            if upscale.portrait and upscale.file_id is None:
                await self.ports.job_queue.start("upscale", upscale.id)
        for attempt in (await self.storage.sheets.load(round_id)).attempts:
            if attempt.portrait and attempt.file_id is None:
                await self.ports.job_queue.start("sheet_view", attempt.id)

    async def _tell(self, round_: Round, slot: Slot, report: Report) -> None:
        for person in await self._deciders(round_):
            recipient = Recipient(round_.place.team, person)
            try:
                await self.ports.direct_messages.send_report(recipient, round_, slot, report)
            except SlackUnavailable as error:
                log.warning("report_not_sent", round=round_.id, what=error.operation)

    async def _deciders(self, round_: Round) -> list[str]:
        """Return the lead, Castroom's administrators, and those of the workspace who may see the round."""
        deciders = {round_.lead, *self.ports.admins}
        try:
            found = await self.ports.user_directory.list_administrators(round_.place.team)
        except SlackUnavailable as error:
            log.warning("administrators_unknown", what=error.operation)
            found = ()
        for person in found[:_MAX_TOLD]:
            if person not in deciders and await self.ports.channel_access.can_see(person, round_.place):
                deciders.add(person)
        return sorted(deciders)
