"""Reports: somebody finds a picture wrong, and it is hidden until the lead or an administrator decides."""

from dataclasses import dataclass

import structlog

from bot.domain.audit import AuditEvent
from bot.domain.brief import parse_reason
from bot.domain.errors import NotLead, SlackUnavailable
from bot.domain.round import Round
from bot.ports.messaging import Recipient
from bot.usecases.access import Permissions
from bot.usecases.ports import Ports

log = structlog.get_logger()

SHOWN_AGAIN = "report_dismissed"


@dataclass(frozen=True, slots=True)
class PictureReporting:
    """Takes reports from everybody who sees a round, and the decision of the lead or an administrator."""

    ports: Ports
    permissions: Permissions

    def check(self, reason: str) -> None:
        """Raise BriefError for an invalid reason."""
        parse_reason(reason)

    async def report(self, round_id: str, person: str, reason: str) -> Round:
        """Hide the round's pictures, and tell its lead and Castroom's administrators; raises BriefError."""
        parsed = parse_reason(reason)
        round_ = await self.ports.storage.rounds.get(round_id)
        await self.ports.storage.reports.add(round_id, round_.place.team, person, parsed, self.ports.now())
        await self.ports.publisher.redraw_now(round_id)
        for recipient in sorted({round_.lead, *self.ports.admins}):
            try:
                await self.ports.direct_messages.send_report(
                    Recipient(round_.place.team, recipient), round_, person, parsed
                )
            except SlackUnavailable as error:
                log.warning("report_not_sent", round=round_id, what=error.operation)
        return round_

    async def show_again(self, round_id: str, person: str) -> bool:
        """Show the pictures again; raises NotLead."""
        round_ = await self.ports.storage.rounds.get(round_id)
        if person != round_.lead and not await self.permissions.is_administrator(round_.place, person):
            raise NotLead("show_again", round_.lead)
        event = AuditEvent(SHOWN_AGAIN, round_.place, person, self.ports.now(), round_.character_id, round_.id)
        shown = await self.ports.storage.reports.show_again(round_id, event)
        await self.ports.publisher.redraw_now(round_id)
        return shown
