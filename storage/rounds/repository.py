"""The port `Rounds`: every method is one transaction; the statements live in the files beside this one."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, update

from bot.domain.ballot import BallotStage, BallotSubmission, RunOff, Tally, VoteInput
from bot.domain.brief import Brief
from bot.domain.budget import Caps, Charge
from bot.domain.face import Face, Unlock
from bot.domain.ids import ChannelRef
from bot.domain.round import Round, RoundState
from bot.domain.slot import Slot, SlotFailure
from bot.ports.rounds import GeneratedPortrait, RoundDraft, StartResult
from storage.db.engine import Database
from storage.db.tables import rounds, slots
from storage.db.write_batch import WriteBatcher
from storage.rounds import ballots, drafts, outcome, queries, reminders, uploads
from storage.rounds import ballots as rounds_ballots
from storage.rounds import open as rounds_open
from storage.rounds import slots as drawn


class SqlRoundRepository:
    """Rounds with their slots and marks in a database; `now` dates re-rolls, charges and reminders."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._write_batcher = WriteBatcher(database)

    async def open(self, new: Round, caps: Caps, *, recast: bool, unlock: Unlock | None = None) -> StartResult:
        async with self._database.transaction() as connection:
            return await rounds_open.open_round(connection, new, caps, recast, unlock)

    async def get(self, round_id: str) -> Round:
        async with self._database.snapshot() as connection:
            return await queries.round_by_id(connection, round_id)

    async def list_for_character(self, character_id: str) -> Sequence[Round]:
        async with self._database.snapshot() as connection:
            return await queries.list_for_character(connection, character_id)

    async def by_message(self, place: ChannelRef, message_ts: str) -> Round | None:
        async with self._database.snapshot() as connection:
            return await queries.round_by_message(connection, place, message_ts)

    async def by_slot(self, slot_id: str) -> Round:
        async with self._database.snapshot() as connection:
            return await queries.round_by_slot(connection, slot_id)

    # Where a round is shown.

    async def set_message(self, round_id: str, message_ts: str) -> None:
        await self._set(rounds, round_id, message_ts=message_ts)

    async def set_sheet(self, round_id: str, file_id: str, candidate_count: int) -> None:
        await self._set(rounds, round_id, sheet_file=file_id, sheet_candidate_count=candidate_count, sheet_refused="")

    async def set_sheet_refused(self, round_id: str, code: str) -> bool:
        async with self._database.transaction() as connection:
            return await ballots.set_sheet_refused(connection, round_id, code)

    async def set_record(self, round_id: str, file_id: str) -> None:
        await self._set(rounds, round_id, record_file=file_id)

    async def set_files(self, files: Mapping[str, str]) -> None:
        await self._set_each(slots.c.file_id, files)

    async def set_originals(self, files: Mapping[str, str]) -> None:
        await self._set_each(slots.c.original_file, files)

    async def get_upload(self, key: str) -> Sequence[str]:
        async with self._database.snapshot() as connection:
            return await uploads.get_upload(connection, key)

    async def set_upload(self, key: str, files: Sequence[str]) -> None:
        async with self._database.transaction() as connection:
            await uploads.set_upload(connection, key, files)

    # The audition.

    async def mark_requested(self, slot_id: str, at: datetime) -> bool:
        async with self._database.transaction() as connection:
            return await drawn.mark_requested(connection, slot_id, at)

    async def set_provider_job(self, slot_id: str, provider_job_id: str) -> None:
        await self._set(slots, slot_id, provider_job_id=provider_job_id)

    async def set_wait_until(self, slot_id: str, until: datetime | None) -> None:
        async with self._database.transaction() as connection:
            await drawn.set_wait_until(connection, slot_id, until)

    async def record_portrait(self, generated: GeneratedPortrait, numbered_in: frozenset[RoundState]) -> Slot:
        async with self._database.transaction() as connection:
            return await drawn.record_portrait(connection, generated, numbered_in, self._now())

    async def record_failure(
        self, slot_id: str, failure: SlotFailure, charge: Charge | None, seconds: float | None
    ) -> Slot:
        async with self._database.transaction() as connection:
            return await drawn.record_failure(connection, slot_id, failure, charge, seconds, self._now())

    async def add_slot(self, slot: Slot, caps: Caps) -> Slot:
        async with self._database.transaction() as connection:
            return await drawn.add(connection, slot, caps, self._now())

    # The ballot.

    async def open_ballot(self, round_id: str, numbers: Mapping[str, int], closes_at: datetime) -> bool:
        async with self._database.transaction() as connection:
            return await ballots.open_ballot(connection, round_id, numbers, closes_at, self._now())

    async def record_vote(self, vote_input: VoteInput) -> bool:
        return await self._write_batcher.run(lambda connection: ballots.record_vote(connection, vote_input))

    async def toggle_vote(self, round_id: str, slot_id: str, person: str, event_ts_us: int) -> bool | None:
        return await self._write_batcher.run(
            lambda connection: ballots.toggle_vote(connection, round_id, slot_id, person, event_ts_us)
        )

    async def list_vote_inputs(self, round_id: str) -> Sequence[VoteInput]:
        async with self._database.snapshot() as connection:
            return await queries.list_vote_inputs(connection, round_id)

    async def record_submission(self, submission: BallotSubmission) -> bool:
        return await self._write_batcher.run(
            lambda connection: rounds_ballots.record_submission(connection, submission)
        )

    async def list_submissions(self, round_id: str) -> Sequence[BallotSubmission]:
        async with self._database.snapshot() as connection:
            return await rounds_ballots.list_submissions(connection, round_id)

    async def close(self, round_id: str, tally: Tally, version: int) -> bool:
        async with self._database.transaction() as connection:
            return await ballots.close_ballot(connection, round_id, tally, version)

    async def extend(self, round_id: str, closes_at: datetime, expected_closes_at: datetime | None = None) -> bool:
        async with self._database.transaction() as connection:
            return await ballots.extend_ballot(connection, round_id, closes_at, expected_closes_at, self._now())

    async def start_run_off(self, round_id: str, run_off: RunOff, closes_at: datetime) -> bool:
        async with self._database.transaction() as connection:
            return await ballots.start_run_off(connection, round_id, run_off, closes_at, self._now())

    # The end.

    async def change_lead(self, round_id: str, previous_lead: str, person: str) -> bool:
        async with self._database.transaction() as connection:
            return await outcome.change_lead(connection, round_id, previous_lead, person)

    async def void(self, round_id: str, reason: str) -> bool:
        async with self._database.transaction() as connection:
            return await outcome.void_round(connection, round_id, reason)

    async def lock(self, round_id: str, face: Face) -> bool:
        async with self._database.transaction() as connection:
            return await outcome.lock_face(connection, round_id, face)

    async def drain(self) -> None:
        """Wait for votes that are being kept although nobody waits for them any more."""
        await self._write_batcher.drain()

    # What waits for somebody.

    async def list_due(self, now: datetime) -> Sequence[str]:
        async with self._database.snapshot() as connection:
            return await queries.list_due(connection, now)

    async def claim_due_reminders(self, now: datetime) -> Sequence[str]:
        async with self._database.transaction() as connection:
            return await ballots.claim_due_reminders(connection, now)

    async def reschedule_reminder(self, round_id: str, at: datetime) -> None:
        async with self._database.transaction() as connection:
            await ballots.reschedule_reminder(connection, round_id, at)

    async def list_with_named_voters(self, now: datetime) -> Sequence[Round]:
        async with self._database.snapshot() as connection:
            return await queries.list_with_named_voters(connection, now)

    async def list_reminded(self, round_id: str, stage: BallotStage) -> frozenset[str]:
        async with self._database.snapshot() as connection:
            return await reminders.list_reminded(connection, round_id, stage)

    async def claim_reminder(self, round_id: str, person: str, stage: BallotStage, at: datetime) -> bool:
        async with self._database.transaction() as connection:
            return await reminders.claim(connection, round_id, person, stage, at)

    async def release_reminder(self, round_id: str, person: str, stage: BallotStage) -> None:
        async with self._database.transaction() as connection:
            await reminders.release(connection, round_id, person, stage)

    async def list_unfinished(self) -> Sequence[Round]:
        async with self._database.snapshot() as connection:
            return await queries.list_unfinished(connection)

    async def list_missing_pictures(self, now: datetime) -> Sequence[str]:
        async with self._database.snapshot() as connection:
            return await queries.list_missing_pictures(connection, now)

    async def list_to_redraw(self, now: datetime) -> Sequence[str]:
        async with self._database.snapshot() as connection:
            return await queries.list_to_redraw(connection, now)

    async def list_without_vote(self, person: str, team: str) -> Sequence[Round]:
        async with self._database.snapshot() as connection:
            return await queries.list_without_vote(connection, person, team)

    async def save_draft(self, draft: RoundDraft) -> None:
        async with self._database.transaction() as connection:
            await drafts.save_draft(connection, draft)

    async def update_draft(self, draft_id: str, brief: Brief, event_ts_us: int | None) -> bool:
        async with self._database.transaction() as connection:
            return await drafts.update_draft(connection, draft_id, brief, event_ts_us)

    async def get_draft(self, draft_id: str) -> RoundDraft | None:
        async with self._database.snapshot() as connection:
            return await drafts.get_draft(connection, draft_id)

    async def _set_each(self, column: Column[str], files: Mapping[str, str]) -> None:
        async with self._database.transaction() as connection:
            for slot_id, file_id in files.items():
                await connection.execute(update(slots).where(slots.c.id == slot_id).values({column: file_id}))

    async def _set(self, table: Table, row_id: str, **values: Any) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(update(table).where(table.c.id == row_id).values(**values))
