"""The lead's controls of an open or closed ballot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent
from bot.domain.ballot import RunOff
from bot.domain.errors import RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.usecases.access import PermittedUseCase
from bot.usecases.close_vote import CloseVote

_EXTENSION = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RoundControls(PermittedUseCase):
    """Closes, extends, drops and takes over rounds, each with an entry in the audit log."""

    close_vote: CloseVote

    async def close(self, round_id: str, person: str) -> Round:
        """Close the ballot for the lead; raises SlackUnavailable if the reactions cannot be read."""
        round_ = await self.permissions.get_led(round_id, person, "close")
        round_.require_state(RoundState.VOTING, action="close")
        closed = await self.close_vote.close_ballot(round_id)
        await self._write_audit_event("closed", round_, person)
        await self.ports.publisher.redraw_now(round_id)
        await self.ports.job_queue.start("close", round_id)
        return closed

    async def extend(self, round_id: str, person: str) -> Round:
        """Open a closed ballot for one more day; the votes stay."""
        round_ = await self.permissions.get_led(round_id, person, "extend")
        if not await self.storage.ballots.extend(round_id, self.ports.now() + _EXTENSION):
            raise RoundClosed("extend", round_.state, round_.character)
        return await self._publish_extension(round_, person)

    async def extend_open(self, round_id: str, expected_closes_at: datetime, person: str) -> Round:
        """Move the deadline of an open ballot by one day, once for the same `expected_closes_at`."""
        round_ = await self.permissions.get_led(round_id, person, "extend")
        round_.require_state(RoundState.VOTING, action="extend")
        if not await self.storage.ballots.extend(round_id, expected_closes_at + _EXTENSION, expected_closes_at):
            return await self.storage.rounds.get(round_id)
        return await self._publish_extension(round_, person)

    async def start_run_off(self, round_id: str, person: str) -> Round:
        """Start a second ballot between the tied or close candidates, as long as the first one, at most a day."""
        round_ = await self.permissions.get_led(round_id, person, "run_off")
        round_.require_casting("run_off")
        closes_at = self.ports.now() + min(round_.brief.open_for, _EXTENSION)
        if not round_.run_off_options or round_.tally is None:
            raise RoundClosed("run_off", round_.state, round_.character)
        if not await self.storage.ballots.start_run_off(
            round_id, RunOff(round_.run_off_options, round_.tally), closes_at
        ):
            raise RoundClosed("run_off", RoundState.VOTING, round_.character)
        await self._write_audit_event("run_off", round_, person)
        await self.ports.publisher.redraw_now(round_id)
        await self.ports.job_queue.start("close", round_id)  # not due yet: this uploads the finalists' picture
        return await self.storage.rounds.get(round_id)

    async def drop(self, round_id: str, person: str) -> None:
        """Void the round; its portraits and votes stay stored."""
        round_ = await self.permissions.get_led(round_id, person, "drop")
        if not await self.storage.rounds.void(round_id, "dropped"):
            raise RoundClosed("drop", round_.state, round_.character)
        await self._write_audit_event("dropped", round_, person)
        await self.ports.publisher.redraw_now(round_id)
        if round_.is_follow_up and round_.parent:
            self.ports.publisher.schedule_redraw(round_.parent)

    async def take_over(self, round_id: str, person: str) -> Round:
        """Make the person the lead if the lead left the workspace; the first call wins.

        Raises PermissionDenied, NotLead.
        """
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_start(round_.place, person)
        if not await self.permissions.is_deactivated(round_.place, round_.lead):
            round_.require_lead(person, "take_over")
            return round_
        if await self.storage.rounds.change_lead(round_id, round_.lead, person):
            await self._write_audit_event("took_over", round_, person)
            await self.ports.publisher.redraw_now(round_id)
        return await self.storage.rounds.get(round_id)

    async def _publish_extension(self, round_: Round, person: str) -> Round:
        await self._write_audit_event("extended", round_, person)
        await self.ports.publisher.redraw_now(round_.id)
        return await self.storage.rounds.get(round_.id)

    async def _write_audit_event(self, action: str, round_: Round, person: str) -> None:
        await self.storage.audit_log.add(
            AuditEvent(action, round_.place, person, self.ports.now(), round_.character_id, round_.id)
        )
