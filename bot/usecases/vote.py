"""The vote: marks come in by reaction and by click, and the close freezes the tally."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.audit import AuditEvent
from bot.domain.ballot import RunOff, Tally, VoteInput, VoteSource, reconcile_reactions
from bot.domain.errors import MessageDeleted, RoundClosed, SlackUnavailable, TallyChanged
from bot.domain.ids import ChannelRef
from bot.domain.round import Round, RoundState
from bot.ports.clock import Now
from bot.ports.jobs import JobQueue
from bot.ports.messaging import RoundPublisher
from bot.ports.storage import StoragePorts
from bot.telemetry import logs
from bot.usecases.access import Permissions

_EXTENSION = timedelta(days=1)
_GRACE = timedelta(minutes=10)
_MAX_ATTEMPTS = 10


@dataclass(frozen=True)
class ClickResult:
    """What a click did; `still_reacts` when the person's own reaction still counts for a vote taken back by click."""

    number: int
    on: bool
    has_reaction: bool
    character: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Voting:
    """Keeps marks and closes ballots. Where votes are sealed, nobody's press or reaction is one."""

    storage: StoragePorts
    publisher: RoundPublisher
    job_queue: JobQueue
    now: Now
    permissions: Permissions

    async def react(
        self, place: ChannelRef, message_ts: str, number: int, person: str, on: bool, event_ts_us: int
    ) -> Round | None:
        """A number reaction on a message; ignored unless it is a round's own, voting, with such a candidate.

        The round is returned when the reaction is this person's first that does not count, and they should be told.
        """
        round_ = await self.storage.rounds.by_message(place, message_ts)
        if (
            round_ is None
            or round_.state is not RoundState.VOTING
            or number not in round_.slot_id_by_number
            or round_.run_off
        ):
            return None
        logs.bind_round(round_.id)
        counts = round_.accepts_reactions and round_.can_vote(person)
        vote_input = VoteInput(
            round_.id, person, round_.slot_id_by_number[number], VoteSource.REACTION, on and counts, event_ts_us
        )
        if not counts:
            has_voted_before = any(m.person == person for m in await self.storage.ballots.list_vote_inputs(round_.id))
            await self.storage.ballots.record_vote(vote_input)
            return round_ if on and not has_voted_before else None
        if await self.storage.ballots.record_vote(vote_input):
            self.publisher.schedule_redraw(round_.id)
        return None

    async def click(self, slot_id: str, person: str, event_ts_us: int) -> ClickResult:
        """A press on a number: sets the person's button mark or takes it back; raises RoundClosed, NotAVoter."""
        round_ = await self.storage.rounds.by_slot(slot_id)
        round_.require_state(RoundState.VOTING, action="vote")
        if not round_.accepts_reactions:
            raise RoundClosed("vote", "run_off" if round_.run_off else "sealed", round_.character)
        round_.require_voter(person)
        number = round_.candidate_by_slot(slot_id).number or 0
        on = await self.storage.ballots.toggle_vote(round_.id, slot_id, person, event_ts_us)
        if on is not None:
            self.publisher.schedule_redraw(round_.id)
        if on:
            return ClickResult(number, True, False, round_.character, changed=True)
        own_inputs = [
            m
            for m in await self.storage.ballots.list_vote_inputs(round_.id)
            if m.person == person and m.slot_id == slot_id and m.on
        ]
        has_reaction = any(m.source is VoteSource.REACTION for m in own_inputs)
        has_click = any(m.source is VoteSource.BUTTON for m in own_inputs)
        return ClickResult(number, has_click, has_reaction and not has_click, round_.character, changed=on is not None)

    async def close(self, round_id: str, person: str) -> Round:
        """Close the ballot at the lead's press; raises Unreachable when the reactions cannot be read back."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "close")
        round_.require_state(RoundState.VOTING, action="close")
        closed = await self.close_ballot(round_id)
        await self._write_audit_event("closed", round_, person)
        await self.publisher.redraw_now(round_id)
        await self.job_queue.start("close", round_id)
        return closed

    async def extend(self, round_id: str, person: str) -> Round:
        """One more day for a closed ballot; the votes stand."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "extend")
        if not await self.storage.ballots.extend(round_id, self.now() + _EXTENSION):
            raise RoundClosed("extend", round_.state, round_.character)
        return await self._publish_extension(round_, person)

    async def extend_open(self, round_id: str, expected_closes_at: datetime, person: str) -> Round:
        """One more day for an open ballot, from its deadline on; pressed twice with the deadline `seen` it is one."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "extend")
        round_.require_state(RoundState.VOTING, action="extend")
        if not await self.storage.ballots.extend(round_id, expected_closes_at + _EXTENSION, expected_closes_at):
            return await self.storage.rounds.get(round_id)
        return await self._publish_extension(round_, person)

    async def start_run_off(self, round_id: str, person: str) -> Round:
        """A second ballot between those that were too close to call, for as long as the first, at most a day."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "run_off")
        closes_at = self.now() + min(round_.brief.open_for, _EXTENSION)
        if not round_.run_off_options or round_.tally is None:
            raise RoundClosed("run_off", round_.state, round_.character)
        if not await self.storage.ballots.start_run_off(
            round_id, RunOff(round_.run_off_options, round_.tally), closes_at
        ):
            raise RoundClosed("run_off", RoundState.VOTING, round_.character)
        await self._write_audit_event("run_off", round_, person)
        await self.publisher.redraw_now(round_id)
        return await self.storage.rounds.get(round_id)

    async def drop(self, round_id: str, person: str) -> None:
        """Give a round up; its portraits and votes are kept."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_lead(round_, person, "drop")
        if not await self.storage.rounds.void(round_id, "dropped"):
            raise RoundClosed("drop", round_.state, round_.character)
        await self._write_audit_event("dropped", round_, person)
        await self.publisher.redraw_now(round_id)

    async def take_over(self, round_id: str, person: str) -> Round:
        """Lead a round whose lead has left the workspace; the first press counts. Raises Barred, NotYours."""
        round_ = await self.storage.rounds.get(round_id)
        await self.permissions.require_start(round_.place, person)
        if not await self.permissions.is_deactivated(round_.place, round_.lead):
            round_.require_lead(person, "take_over")
            return round_
        if await self.storage.rounds.change_lead(round_id, round_.lead, person):
            await self._write_audit_event("took_over", round_, person)
            await self.publisher.redraw_now(round_id)
        return await self.storage.rounds.get(round_id)

    async def enqueue_due_closes(self) -> None:
        """Start the close of every ballot whose deadline has passed, also while the bot was off."""
        for round_id in await self.storage.ballots.list_due(self.now()):
            await self.job_queue.start("close", round_id)

    async def close_due(self, round_id: str) -> None:
        """Close a ballot whose deadline has passed; while Slack is silent, wait for it up to ten minutes."""
        round_ = await self.storage.rounds.get(round_id)
        if round_.state is RoundState.VOTING and _is_past_deadline(round_, self.now()):
            try:
                await self.close_ballot(round_id, only_if_due=True)
            except SlackUnavailable:
                if self.now() < (round_.closes_at or self.now()) + _GRACE:
                    raise
                await self.close_ballot(round_id, only_if_due=True, reconcile=False)
        await self.publisher.redraw_now(round_id)

    async def close_ballot(
        self,
        round_id: str,
        *,
        expected_slot_id: str | None = None,
        for_lock: bool = False,
        only_if_due: bool = False,
        reconcile: bool = True,
    ) -> Round:
        """voting -> closed at one version of the ballot, reactions read back first; the round as it then stands.

        With `lock`, the sole leader must be the candidate the lead saw (`seen`, a slot id; None: a tie), else the
        ballot stays open and OutcomeChanged tells the tally; with `due`, it stays open too where the deadline has moved
        on meanwhile. Raises Unreachable when the reactions cannot be read.
        """
        for _ in range(_MAX_ATTEMPTS):
            if reconcile and (await self.storage.rounds.get(round_id)).accepts_reactions:
                await self._reconcile_reactions(round_id)
            round_ = await self.storage.rounds.get(round_id)
            if round_.state is not RoundState.VOTING or (only_if_due and not _is_past_deadline(round_, self.now())):
                return round_
            tally = round_.count_votes(
                await self.storage.ballots.list_vote_inputs(round_id),
                await self.storage.ballots.list_submissions(round_id),
            )
            if for_lock:
                _require_expected_leader(round_, tally, expected_slot_id)
            if await self.storage.ballots.close(round_id, tally, round_.ballot_version):
                return await self.storage.rounds.get(round_id)
        raise SlackUnavailable("a quiet moment of the ballot")

    async def _publish_extension(self, round_: Round, person: str) -> Round:
        await self._write_audit_event("extended", round_, person)
        await self.publisher.redraw_now(round_.id)
        return await self.storage.rounds.get(round_.id)

    async def _write_audit_event(self, action: str, round_: Round, person: str) -> None:
        await self.storage.audit_log.add(
            AuditEvent(action, round_.place, person, self.now(), round_.character_id, round_.id)
        )

    async def _reconcile_reactions(self, round_id: str) -> None:
        """Make the reaction marks agree with what the message shows, outside any transaction.

        A message that was deleted shows nothing to read: the marks stand as they came.
        """
        try:
            reactions = await self.publisher.get_reactions(round_id)
        except MessageDeleted:
            return
        round_ = await self.storage.rounds.get(round_id)
        event_ts_us = int(self.now().timestamp() * 1_000_000)
        vote_inputs = await self.storage.ballots.list_vote_inputs(round_id)
        reactions = [replace(r, people=frozenset(filter(round_.can_vote, r.people))) for r in reactions]
        for vote_input in reconcile_reactions(vote_inputs, reactions, round_.slot_id_by_number, round_id, event_ts_us):
            if await self.storage.ballots.record_vote(vote_input):
                self.publisher.schedule_redraw(round_id)


def _require_expected_leader(round_: Round, tally: Tally, expected_slot_id: str | None) -> None:
    winner = round_.leader(tally)
    leader = round_.slot_id_by_number[winner] if winner else None
    if leader != expected_slot_id:
        number = next((n for n, slot in round_.slot_id_by_number.items() if slot == expected_slot_id), None)
        raise TallyChanged(number, dict(tally.votes))


def _is_past_deadline(round_: Round, now: datetime) -> bool:
    return round_.closes_at is not None and round_.closes_at <= now
