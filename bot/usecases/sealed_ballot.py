"""Ballot submissions: the answers of a sealed ballot, and the single choice of a run-off."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.ballot import BallotStage, BallotSubmission, FlawTag, shuffled_for
from bot.domain.errors import RoundClosed
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.slot import Slot
from bot.usecases.ports import UseCase


@dataclass(frozen=True)
class SealedAnswers:
    """The answers of one person, by slot id; `none_of_these` rejects all candidates."""

    reads_human: frozenset[str]
    matches_character: frozenset[str]
    flaws: Mapping[str, tuple[FlawTag, ...]]
    none_of_these: bool

    @property
    def problem(self) -> str:
        """Return `empty` without any answer, `contradiction` if one is accepted and all are rejected, else ""."""
        if self.none_of_these:
            return "contradiction" if self.reads_human & self.matches_character else ""
        return "" if self.reads_human or self.matches_character else "empty"


@dataclass(frozen=True)
class BallotForm:
    """The form of one person: the candidates in their personal order, and their answers so far."""

    round: Round
    candidates: tuple[Slot, ...]
    submission: BallotSubmission | None


@dataclass(frozen=True, slots=True)
class SealedBallots(UseCase):
    """Shows ballot forms and records submissions."""

    async def form(self, round_id: str, person: str) -> BallotForm:
        """Return the person's form; raises RoundClosed once the vote is over."""
        round_ = await self.storage.rounds.get(round_id)
        _require_open_sealed_ballot(round_)
        round_.require_voter(person)
        order = shuffled_for((s.id for s in round_.candidates), round_.order_seed, person)
        submissions = await self.storage.ballots.list_submissions(round_id)
        own = next((s for s in submissions if s.person == person and s.stage is BallotStage.FIRST), None)
        return BallotForm(round_, tuple(round_.candidate_by_slot(slot_id) for slot_id in order), own)

    async def submit(self, round_id: str, person: str, answers: SealedAnswers) -> Round:
        """Replace the person's submission; raises RoundClosed once the vote is over."""
        round_ = await self.storage.rounds.get(round_id)
        _require_open_sealed_ballot(round_)
        round_.require_voter(person)
        candidate_ids = frozenset(round_.slot_id_by_number.values())
        flaws = {slot_id: tags for slot_id, tags in answers.flaws.items() if slot_id in candidate_ids and tags}
        reads_human, matches_character = answers.reads_human & candidate_ids, answers.matches_character & candidate_ids
        event_ts_us = self.ports.now_us()
        await self.storage.ballots.record_submission(
            BallotSubmission(round_id, person, BallotStage.FIRST, reads_human, matches_character, flaws, event_ts_us)
        )
        round_ = await self.storage.rounds.get(round_id)
        _require_open_sealed_ballot(round_)
        self.ports.publisher.schedule_redraw(round_id)
        return round_

    async def choose(self, slot_id: str, person: str) -> tuple[Round, int]:
        """Replace the person's choice in a run-off; return the round and the candidate's number.

        Raises RoundClosed without an open run-off, KeyError for a candidate that is not in it.
        """
        round_ = await self.storage.rounds.by_slot(slot_id)
        _require_run_off(round_)
        round_.require_voter(person)
        number = next((n for n, slot in round_.ballot_options.items() if slot == slot_id), None)
        if number is None:
            raise KeyError(slot_id)
        choice = frozenset({slot_id})
        event_ts_us = self.ports.now_us()
        await self.storage.ballots.record_submission(
            BallotSubmission(round_.id, person, BallotStage.RUN_OFF, choice, choice, {}, event_ts_us)
        )
        round_ = await self.storage.rounds.get(round_.id)
        _require_run_off(round_)
        self.ports.publisher.schedule_redraw(round_.id)
        return round_, number


def _require_run_off(round_: Round) -> None:
    round_.require_state(RoundState.VOTING, action="vote")
    if not round_.run_off:
        raise RoundClosed("vote", "no_run_off", round_.character)


def _require_open_sealed_ballot(round_: Round) -> None:
    round_.require_state(RoundState.VOTING, action="vote")
    if not round_.is_sealed or round_.run_off:
        raise RoundClosed("vote", "quick", round_.character)
