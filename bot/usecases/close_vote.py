"""Closing a ballot: reads the reactions from Slack, then freezes the tally."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.ballot import Tally, reconcile_reactions
from bot.domain.errors import TallyChanged
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import MessageDeleted, SlackUnavailable
from bot.usecases.ports import UseCase
from bot.usecases.vote import load_votes
from bot.usecases.webhook_queue import enqueue_due

_GRACE = timedelta(minutes=10)
_MAX_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class CloseVote(UseCase):
    """Closes ballots at their deadline, and when the lead closes or locks."""

    async def enqueue_due(self) -> None:
        """Start the close job of every ballot whose deadline has passed, including while the bot was down."""
        for round_id in await self.storage.ballots.list_due(self.ports.now()):
            await self.ports.job_queue.start("close", round_id)

    async def close_due(self, round_id: str) -> None:
        """Close a ballot whose deadline has passed.

        If Slack does not answer, raises SlackUnavailable until ten minutes after the deadline; then closes without it.
        """
        round_ = await self.storage.rounds.get(round_id)
        if round_.state is RoundState.VOTING and _is_past_deadline(round_, self.ports.now()):
            try:
                await self.close_ballot(round_id, only_if_due=True)
            except SlackUnavailable:
                if self.ports.now() < (round_.closes_at or self.ports.now()) + _GRACE:
                    raise
                await self.close_ballot(round_id, only_if_due=True, reconcile=False)
        await self.ports.publisher.redraw_now(round_id)

    async def close_ballot(
        self,
        round_id: str,
        *,
        expected_slot_id: str | None = None,
        for_lock: bool = False,
        only_if_due: bool = False,
        reconcile: bool = True,
    ) -> Round:
        """Read the reactions, count, and close the ballot if its version did not change; return the round as stored.

        With `for_lock`, the sole leader must be the candidate that the lead saw (`expected_slot_id`; None means a tie).
        Otherwise the ballot stays open and TallyChanged carries the tally. With `only_if_due`, a ballot whose deadline
        moved stays open. Raises SlackUnavailable if the reactions cannot be read.
        """
        for _ in range(_MAX_ATTEMPTS):
            if reconcile and (await self.storage.rounds.get(round_id)).accepts_reactions:
                await self._reconcile_reactions(round_id)
            round_ = await self.storage.rounds.get(round_id)
            if round_.state is not RoundState.VOTING or (
                only_if_due and not _is_past_deadline(round_, self.ports.now())
            ):
                return round_
            flaw_answers = await self.storage.flaw_answers.list_for_round(round_id)
            tally = round_.count_votes(*await load_votes(self.storage, round_id), flaw_answers)
            if for_lock:
                _require_expected_leader(round_, tally, expected_slot_id)
            if await self.storage.ballots.close(round_id, tally, round_.ballot_version):
                await enqueue_due(self.ports)
                return await self.storage.rounds.get(round_id)
        raise SlackUnavailable("close_ballot")

    async def _reconcile_reactions(self, round_id: str) -> None:
        """Make the stored reactions match the message, outside any transaction.

        If the message was deleted, the stored reactions stay.
        """
        try:
            reactions = await self.ports.publisher.get_reactions(round_id)
        except MessageDeleted:
            return
        round_ = await self.storage.rounds.get(round_id)
        event_ts_us = self.ports.now_us()
        vote_inputs = await self.storage.ballots.list_vote_inputs(round_id)
        reactions = [replace(r, people=frozenset(filter(round_.can_vote, r.people))) for r in reactions]
        for vote_input in reconcile_reactions(vote_inputs, reactions, round_.slot_id_by_number, round_id, event_ts_us):
            if await self.storage.ballots.record_vote(vote_input):
                self.ports.publisher.schedule_redraw(round_id)


def _require_expected_leader(round_: Round, tally: Tally, expected_slot_id: str | None) -> None:
    winner = round_.leader(tally)
    leader = round_.slot_id_by_number[winner] if winner else None
    if leader != expected_slot_id:
        number = next((n for n, slot in round_.slot_id_by_number.items() if slot == expected_slot_id), None)
        raise TallyChanged(number, dict(tally.votes))


def _is_past_deadline(round_: Round, now: datetime) -> bool:
    return round_.closes_at is not None and round_.closes_at <= now
