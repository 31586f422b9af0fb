"""Rounds as they are remembered; implemented in storage/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ballot import BallotStage, BallotSubmission, RunOff, Tally, VoteInput
from bot.domain.brief import Brief
from bot.domain.budget import Caps, Charge
from bot.domain.face import Face, Portrait, Unlock
from bot.domain.ids import ChannelRef
from bot.domain.round import Round, RoundState
from bot.domain.slot import Slot, SlotFailure


@dataclass(frozen=True)
class StartResult:
    """A round, and whether this call opened it (False: the same trigger came again)."""

    round: Round
    created: bool


@dataclass(frozen=True)
class RoundDraft:
    """A brief kept until somebody says yes to it, or has filled in a form.

    `lead` shall lead the round, empty for the person; it was `asked_in` a thread, which is told where the round is.
    """

    id: str
    place: ChannelRef
    person: str
    brief: Brief
    lead: str = ""
    source_thread_ts: str = ""


@dataclass(frozen=True)
class GeneratedPortrait:
    """A portrait that arrived for a slot, stored under `portrait.key`."""

    slot_id: str
    portrait: Portrait
    charge: Charge
    seconds: float
    request_id: str
    seed: int | None


class RoundRepository(Protocol):
    """Rounds. Each method is one short transaction; a change of state checks the state it starts from."""

    async def open(self, new: Round, caps: Caps, *, recast: bool, unlock: Unlock | None = None) -> StartResult:
        """Reserve the price, write round and slots in one transaction; idempotent by `new.id`.

        With `new.parent`, that round is voided in the same transaction, for `new.origin`, or RoundClosed raised if it
        is locked already. The parent of a re-cast stays as it is; with `release` its face is unlocked at once, and a
        re-cast that names none gets the round of the character's face. `new.character_id` is empty: the character is
        found or made by place and folded name, or is the parent's.
        Raises AlreadyCasting, OverBudget, or AlreadyCast (with an empty wish id) when the character has a face and
        `recast` is False.
        """
        ...

    async def get(self, round_id: str) -> Round:
        """Raises KeyError for an id nobody gave."""
        ...

    async def list_for_character(self, character_id: str) -> Sequence[Round]:
        """Every round that cast a character, oldest first."""
        ...

    async def by_message(self, place: ChannelRef, message_ts: str) -> Round | None: ...

    async def by_slot(self, slot_id: str) -> Round:
        """The round a slot belongs to; raises KeyError."""
        ...

    async def set_message(self, round_id: str, message_ts: str) -> None: ...

    async def set_sheet(self, round_id: str, file_id: str, candidate_count: int) -> None:
        """The file of the contact sheet and how many candidates it shows."""
        ...

    async def set_sheet_refused(self, round_id: str, code: str) -> bool:
        """Slack refuses the sheet, in its own word; True the first time. The next sheet that hangs undoes it."""
        ...

    async def set_record(self, round_id: str, file_id: str) -> None:
        """The locked portrait's picture in the record."""
        ...

    async def get_upload(self, key: str) -> Sequence[str]:
        """The files, in their order, that the pictures of this key were about to be shared as; none where they were
        not, and they need not be shared."""
        ...

    async def set_upload(self, key: str, files: Sequence[str]) -> None:
        """Write that down, in place of what stood there."""
        ...

    async def void(self, round_id: str, reason: str) -> bool:
        """drawing, voting or closed -> void; False when it was neither."""
        ...

    async def lock(self, round_id: str, face: Face) -> bool:
        """closed -> locked and the face written (its version is given here), in one transaction; False if it is not."""
        ...

    async def change_lead(self, round_id: str, previous_lead: str, person: str) -> bool:
        """The round is led by `person` from now on; False when `before` does not lead it any more."""
        ...

    async def list_unfinished(self) -> Sequence[Round]:
        """Rounds that should be at work: drawing, or with a slot that is not final."""
        ...

    async def list_missing_pictures(self, now: datetime) -> Sequence[str]:
        """Rounds of the last month whose thread or record lacks a picture: closed or locked ones, and those that have
        been voting for minutes."""
        ...

    async def list_to_redraw(self, now: datetime) -> Sequence[str]:
        """Rounds whose message may show less than is stored, the newest first: the open ones, and those of the last
        day."""
        ...


class SlotRepository(Protocol):
    """The slots of rounds. A slot becomes final once; later results do not change it."""

    async def mark_requested(self, slot_id: str, at: datetime) -> bool:
        """Write that the slot's model is about to be asked; False when that stands there already or it is final."""
        ...

    async def set_provider_job(self, slot_id: str, provider_job_id: str) -> None:
        """The slot's model has taken the ask: from now on its answer is fetched and it is not asked again."""
        ...

    async def set_wait_until(self, slot_id: str, until: datetime | None) -> None:
        """The slot waits until then, for its turn or because the vendor asked; None: the intent stands again."""
        ...

    async def record_portrait(self, generated: GeneratedPortrait, numbered_in: frozenset[RoundState]) -> Slot:
        """The slot becomes a candidate and its cost is written in the ledger, in one transaction; idempotent.

        Where a candidate of the round shows the same picture it becomes a miss `duplicate`, paid all the same.

        It gets the next number at once if the round stands in one of `number_if` and fewer than eight are taken.
        """
        ...

    async def record_failure(
        self, slot_id: str, failure: SlotFailure, charge: Charge | None, seconds: float | None
    ) -> Slot:
        """The slot becomes a miss; without a charge its reservation goes back; idempotent, never undoes a candidate."""
        ...

    async def add(self, slot: Slot, caps: Caps) -> Slot:
        """Reserve and write one more slot (a re-roll, a variation) of an open round that has a number left for it;
        idempotent by id.

        Raises OverBudget, RoundClosed.
        """
        ...

    async def set_files(self, files: Mapping[str, str]) -> None:
        """The large pictures in the thread by the slots of their candidates: all of them, or none."""
        ...

    async def set_originals(self, files: Mapping[str, str]) -> None:
        """The same for the candidates' original bytes."""
        ...


class BallotRepository(Protocol):
    """Ballots with their votes and sealed submissions."""

    async def open(self, round_id: str, numbers: Mapping[str, int], closes_at: datetime) -> bool:
        """drawing -> voting with these numbers (slot id to number); False when it is no longer drawing."""
        ...

    async def record_vote(self, vote_input: VoteInput) -> bool:
        """Keep a mark if its stamp is newer than the one seen and the round is voting; True when a vote changed."""
        ...

    async def toggle_vote(self, round_id: str, slot_id: str, person: str, event_ts_us: int) -> bool | None:
        """Turn a person's button mark over; the new state, or None when the stamp is not newer or voting is over."""
        ...

    async def list_vote_inputs(self, round_id: str) -> Sequence[VoteInput]: ...

    async def record_submission(self, submission: BallotSubmission) -> bool:
        """Keep a person's ballot paper if its stamp is newer than the one there and the round is voting."""
        ...

    async def list_submissions(self, round_id: str) -> Sequence[BallotSubmission]: ...

    async def close(self, round_id: str, tally: Tally, version: int) -> bool:
        """voting -> closed with the tally frozen and late candidates numbered; False if state or version moved on."""
        ...

    async def extend(self, round_id: str, closes_at: datetime, expected_closes_at: datetime | None = None) -> bool:
        """closed -> voting until `closes_at`, the frozen tally let go; with `seen`, an open ballot with that deadline,
        to the second, stays open until then. False when it stands otherwise."""
        ...

    async def start_run_off(self, round_id: str, run_off: RunOff, closes_at: datetime) -> bool:
        """closed -> voting between `run_off`'s numbers until `closes_at`; False when it is not closed or had one."""
        ...

    async def list_due(self, now: datetime) -> Sequence[str]:
        """Voting rounds whose deadline has passed."""
        ...

    async def list_without_vote(self, person: str, team: str) -> Sequence[Round]:
        """Voting rounds of the workspace in which the person has no mark on and no paper, oldest deadline first."""
        ...


class ReminderRepository(Protocol):
    """Reminders of an open ballot: to its thread, and to each named voter."""

    async def claim_due(self, now: datetime) -> Sequence[str]:
        """Voting rounds past their reminder time (an hour, at most a quarter of the vote, before the close); marks each
        as reminded in the same statement, so that each is given once."""
        ...

    async def reschedule(self, round_id: str, at: datetime) -> None:
        """A reminder that was given could not be told: it is given again from `at` on."""
        ...

    async def list_with_named_voters(self, now: datetime) -> Sequence[Round]:
        """Voting rounds with named voters whose deadline is still to come."""
        ...

    async def list_reminded(self, round_id: str, stage: BallotStage) -> frozenset[str]:
        """Who was written to about this ballot."""
        ...

    async def claim(self, round_id: str, person: str, stage: BallotStage, at: datetime) -> bool:
        """Write that the person is being reminded; False when that stands there already."""
        ...

    async def release(self, round_id: str, person: str, stage: BallotStage) -> None:
        """They could not be told."""
        ...


class DraftRepository(Protocol):
    """Briefs that wait for a confirmation or for a form."""

    async def save(self, draft: RoundDraft) -> None: ...

    async def update(self, draft_id: str, brief: Brief, event_ts_us: int | None) -> bool:
        """Keep another brief under the id, unless one with a later stamp (µs) came first: False then.

        None is later than whatever came, and earlier than whatever comes.
        """
        ...

    async def get(self, draft_id: str) -> RoundDraft | None: ...
