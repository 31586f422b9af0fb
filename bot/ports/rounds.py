"""Storage of rounds; implemented in storage/rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ballot import BallotStage, BallotSubmission, RunOff, Tally, VoteInput
from bot.domain.brief import Brief
from bot.domain.budget import Caps, Charge
from bot.domain.face import Face, Portrait, Unlock
from bot.domain.ids import ChannelRef
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot, SlotFailure
from bot.domain.standings.report import FinishedRound


@dataclass(frozen=True)
class StartResult:
    """A round, and whether this call created it (False: a repeated call with the same trigger)."""

    round: Round
    created: bool


@dataclass(frozen=True)
class RoundDraft:
    """A brief that waits for a confirmation or for a form.

    An empty `lead` means the person. The thread of `source_thread_ts` gets a link to the round.
    """

    id: str
    place: ChannelRef
    person: str
    brief: Brief
    lead: str = ""
    source_thread_ts: str = ""


@dataclass(frozen=True)
class GeneratedPortrait:
    """A portrait of a slot, stored under `portrait.key`; `seconds` is the duration of the call.

    A copied original has no charge.
    """

    slot_id: str
    portrait: Portrait
    charge: Charge | None
    seconds: float
    request_id: str
    seed: int | None


class RoundRepository(Protocol):
    """Rounds. Each method is one short transaction; a change of state checks the state it starts from."""

    async def open(self, new: Round, caps: Caps, *, recast: bool, unlock: Unlock | None = None) -> StartResult:
        """Reserve the price and write the round with its slots, in one transaction; idempotent by `new.id`.

        `new.character_id` is empty: the character is the parent's, or is found or created by production and normalized
        name. A parent of a re-roll or refinement is voided for `new.origin`; raises RoundClosed if it is locked. A
        parent of a re-cast stays as it is, and `unlock` unlocks its face. A re-cast without a parent gets the round of
        the character's face. Raises AlreadyCasting, OverBudget, and AlreadyCast (with an empty draft id) if the
        character has a face and `recast` is False.

        A follow-up runs beside its parent, which stays; raises RoundClosed if the parent has no result, or while
        another follow-up of the same kind runs.
        """

    async def get(self, round_id: str) -> Round:
        """Raises KeyError if the round does not exist."""

    async def list_for_character(self, character_id: str) -> Sequence[Round]:
        """List every round of a character, oldest first."""

    async def list_follow_ups(self, round_id: str) -> Sequence[Round]:
        """List the callbacks and re-auditions of a round, oldest first."""

    async def by_message(self, place: ChannelRef, message_ts: str) -> Round | None: ...

    async def by_slot(self, slot_id: str) -> Round:
        """Return the round of a slot; raises KeyError."""

    async def set_message(self, round_id: str, message_ts: str) -> None: ...

    async def set_sheet(self, round_id: str, file_id: str, candidate_count: int) -> None:
        """Set the file of the contact sheet and the count of candidates on it; clears a stored refusal."""

    async def set_sheet_refused(self, round_id: str, code: str) -> bool:
        """Store Slack's error code for the refused sheet; returns True the first time."""

    async def set_record(self, round_id: str, file_id: str) -> None:
        """Set the file of the locked portrait in the record."""

    async def get_upload(self, key: str) -> Sequence[str]:
        """Return the file ids of an upload, in order; empty before it started. Slack may not show them yet."""

    async def set_upload(self, key: str, files: Sequence[str]) -> None:
        """Replace the file ids of an upload."""

    async def void(self, round_id: str, reason: str) -> bool:
        """Change drawing, voting or closed to void; False in another state."""

    async def lock(self, round_id: str, face: Face) -> bool:
        """Change closed to locked and write the face with its next version; False in another state."""

    async def change_lead(self, round_id: str, previous_lead: str, person: str) -> bool:
        """Change the lead; False if `previous_lead` no longer leads."""

    async def list_open(self, team: str) -> Sequence[str]:
        """List the ids of the workspace's open rounds."""

    async def list_open_started_by(self, person: str, team: str) -> Sequence[str]:
        """List the ids of the workspace's open rounds that the person started."""

    async def count_free_portraits(self, person: str, team: str, since: datetime) -> int:
        """Count the slots without a price in rounds that the person started or leads, opened since then."""

    async def list_leads(self, team: str, channels: Sequence[str]) -> Sequence[str]:
        """List who leads the open rounds of these channels; without open rounds, the lead of the newest one."""

    async def list_open_led_by(self, person: str, team: str) -> Sequence[Round]:
        """List the workspace's drawing, voting and closed rounds that the person leads, oldest first."""

    async def list_unfinished(self) -> Sequence[Round]:
        """List rounds that draw, and rounds with a slot that is not final."""

    async def list_missing_pictures(self, now: datetime) -> Sequence[str]:
        """List rounds of the last month whose thread or record lacks a picture.

        They are closed or locked, or have been voting for minutes.
        """

    async def list_to_redraw(self, now: datetime) -> Sequence[str]:
        """List rounds whose message may be out of date, newest first: open rounds and those of the last day."""


class SlotRepository(Protocol):
    """The slots of rounds. A slot becomes final once; later results do not change it."""

    async def mark_requested(self, slot_id: str, at: datetime, asked_by: str = "") -> bool:
        """Write that the model is about to be called; False if another call did or the slot is final.

        Idempotent for the same `asked_by`, which names the call.
        """

    async def set_provider_job(self, slot_id: str, provider_job_id: str) -> None:
        """Store the provider's job id; from now on the result is collected and the model is not called again."""

    async def set_wait_until(self, slot_id: str, until: datetime | None) -> None:
        """Pause the slot for a rate limit until then; None marks it as requested again."""

    async def record_portrait(self, generated: GeneratedPortrait, numbered_in: frozenset[RoundState]) -> Slot:
        """Make the slot a candidate and write its cost to the ledger, in one transaction; idempotent.

        If a candidate of the round shows the same picture, the slot becomes a paid failure `duplicate`. A candidate
        gets the next number at once if the round's state is in `numbered_in` and the ballot has room.
        """

    async def record_failure(
        self, slot_id: str, failure: SlotFailure, charge: Charge | None, seconds: float | None
    ) -> Slot:
        """Make the slot a failure; without a charge its reservation is released.

        Idempotent; a final slot stays as it is.
        """

    async def add(self, slot: Slot, caps: Caps) -> Slot:
        """Reserve and write one more slot (a re-roll or a variation) of an open round; idempotent by id.

        Raises OverBudget, and RoundClosed if the round ended or its ballot is full.
        """

    async def set_files(self, files: Mapping[str, str]) -> None:
        """Set the files of the large pictures in the thread by slot id, in one transaction."""

    async def set_originals(self, files: Mapping[str, str]) -> None:
        """Set the files of the original bytes in the thread by slot id, in one transaction."""


class BallotRepository(Protocol):
    """Ballots with their votes and sealed submissions."""

    async def open(self, round_id: str, numbers: Mapping[str, int], closes_at: datetime) -> bool:
        """Change drawing to voting with these numbers (slot id to number); False in another state."""

    async def record_vote(self, vote_input: VoteInput) -> bool:
        """Store a vote input if the round is voting and its timestamp is newer; True if a vote changed."""

    async def toggle_vote(self, round_id: str, slot_id: str, person: str, event_ts_us: int) -> bool | None:
        """Toggle a person's button vote and return its state; None if the timestamp is not newer or voting is over."""

    async def list_vote_inputs(self, round_id: str) -> Sequence[VoteInput]: ...

    async def record_submission(self, submission: BallotSubmission) -> bool:
        """Store a person's submission; False if the round is not voting or the timestamp is not newer.

        On an open ballot it says "none of these".
        """

    async def list_submissions(self, round_id: str) -> Sequence[BallotSubmission]: ...

    async def list_finished(self, team: str, limit: int) -> Sequence[FinishedRound]:
        """List the workspace's newest rounds whose ballot closed, with their votes, newest first."""

    async def close(self, round_id: str, tally: Tally, version: int) -> bool:
        """Change voting to closed, freeze the tally, number late candidates; False if state or version changed."""

    async def extend(self, round_id: str, closes_at: datetime, expected_closes_at: datetime | None = None) -> bool:
        """Change closed to voting until `closes_at`, without the frozen tally.

        With `expected_closes_at` (compared to the second), move the deadline of an open ballot instead. False if the
        state or the deadline differs.
        """

    async def start_run_off(self, round_id: str, run_off: RunOff, closes_at: datetime) -> bool:
        """Change closed to voting between the numbers of `run_off`; False in another state or after a run-off."""

    async def list_due(self, now: datetime) -> Sequence[str]:
        """List voting rounds whose deadline has passed, most overdue first."""

    async def list_without_vote(self, person: str, team: str) -> Sequence[Round]:
        """List the workspace's voting rounds without a vote of the person, earliest deadline first."""


class ReminderRepository(Protocol):
    """Reminders of an open ballot: to its thread, and to each named voter."""

    async def claim_due(self, now: datetime) -> Sequence[str]:
        """Return voting rounds whose thread is due for a reminder, and mark them; each is returned once.

        A reminder is due an hour before the close, or a quarter of the voting time if that is shorter.
        """

    async def reschedule(self, round_id: str, at: datetime) -> None:
        """Make a claimed reminder that was not sent due again at `at`."""

    async def list_with_named_voters(self, now: datetime) -> Sequence[Round]:
        """List voting rounds with named voters whose deadline has not passed."""

    async def list_reminded(self, round_id: str, stage: BallotStage) -> frozenset[str]:
        """Return who was reminded of this ballot."""

    async def claim(self, round_id: str, person: str, stage: BallotStage, at: datetime) -> bool:
        """Record that the person is being reminded; False if that is recorded already."""

    async def release(self, round_id: str, person: str, stage: BallotStage) -> None:
        """Delete the record of a reminder that was not sent."""


class DraftRepository(Protocol):
    """Briefs that wait for a confirmation or for a form."""

    async def save(self, draft: RoundDraft) -> None: ...

    async def update(self, draft_id: str, brief: Brief, event_ts_us: int | None) -> bool:
        """Replace the brief of a draft; False if a later `event_ts_us` was stored before.

        None always replaces, and does not change the stored timestamp.
        """

    async def get(self, draft_id: str) -> RoundDraft | None: ...

    async def count_since(self, person: str, team: str, at: datetime) -> int:
        """Count the drafts of a person that were saved since then."""

    async def delete_before(self, at: datetime) -> Sequence[tuple[str, str]]:
        """Delete drafts that were saved before then; return their workspaces and ids."""
