"""A round: one attempt to cast one character, from brief to lock.

drawing -> voting -> closed -> locked      closed -> voting (extended, run-off)      drawing | voting | closed -> void
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.domain.ballot import (
    BallotStage,
    BallotSubmission,
    FlawAnswer,
    Tally,
    Turnout,
    VoteInput,
    people_for_none,
    run_off_numbers,
)
from bot.domain.brief import BallotMode
from bot.domain.errors import NotAVoter, NotLead, RoundClosed
from bot.domain.round_record import RoundRecord
from bot.domain.round_state import OPEN_STATES, REFUSED_PREFIX, RoundState
from bot.domain.slot import Slot


@dataclass(frozen=True)
class Round(RoundRecord):
    """A round with the rules of its states and of its ballot."""

    @property
    def is_open(self) -> bool:
        """Whether something can still happen by itself or waits for the lead; a follow-up ends with its close."""
        return self.state in OPEN_STATES and not (self.is_follow_up and self.state is RoundState.CLOSED)

    @property
    def slack_error(self) -> str:
        """Slack's error code if Slack refused the round's message, else empty."""
        return self.void_reason.removeprefix(REFUSED_PREFIX) if self.void_reason.startswith(REFUSED_PREFIX) else ""

    @property
    def needs_lead_decision(self) -> bool:
        """Whether no portrait arrived but some may have been charged, so the lead decides whether to retry.

        A follow-up ends then: another one is a press away, with its price.
        """
        return (
            not self.is_follow_up
            and self.all_slots_final
            and not self.completed
            and any(s.failure and s.failure.kind == "unknown" for s in self.failures)
        )

    @property
    def is_blind(self) -> bool:
        """Whether hiding the model means anything: not with one model, in a run-off, or where one draws all views."""
        if self.is_callback:
            return False
        candidate_models = {s.model for s in self.candidates if not s.variation_of_slot_id}
        return not self.run_off and len(candidate_models or set(self.models)) > 1

    @property
    def models_revealed(self) -> bool:
        """Whether people know by now which model drew what."""
        return (
            self.tally is not None or self.run_off is not None or self.state in (RoundState.CLOSED, RoundState.LOCKED)
        )

    @property
    def was_reopened(self) -> bool:
        """Whether the first ballot was opened again after its close had revealed the models."""
        return bool(
            self.first_closed_at and self.voting_since and self.voting_since > self.first_closed_at and not self.run_off
        )

    @property
    def first_tally(self) -> Tally | None:
        """The tally of the first ballot, once that is closed."""
        return self.run_off.first_tally if self.run_off else self.tally

    @property
    def is_sealed(self) -> bool:
        """Whether votes stay private until the close."""
        return self.brief.ballot is BallotMode.SEALED

    @property
    def accepts_reactions(self) -> bool:
        """Whether number reactions count as votes."""
        return not self.is_sealed and not self.run_off

    @property
    def accepts_flaw_tags(self) -> bool:
        """Whether voters may say what looks artificial beside the ballot: not where it is blind to something else."""
        return self.accepts_reactions and not self.is_follow_up

    def can_vote(self, person: str) -> bool:
        """Return whether the person's vote counts: always, unless voters are named."""
        return not self.brief.voters or person in self.brief.voters

    def require_voter(self, person: str) -> None:
        """Raise NotAVoter unless the person's vote counts."""
        if not self.can_vote(person):
            raise NotAVoter(self.character, self.brief.voters)

    def voted_people(self, vote_inputs: Iterable[VoteInput], submissions: Iterable[BallotSubmission]) -> frozenset[str]:
        """Return who has voted on the current ballot."""
        if self.accepts_reactions:
            option_ids, inputs = set(self.ballot_options.values()), tuple(vote_inputs)
            by_input = {m.person for m in inputs if m.on and m.slot_id in option_ids}
            voted = by_input | people_for_none(inputs, submissions)
        else:
            voted = {p.person for p in submissions if p.stage is self.ballot_stage}
        return frozenset(filter(self.can_vote, voted))

    def turnout(self, voted: frozenset[str], deactivated: frozenset[str]) -> Turnout | None:
        """Return the turnout of the named voters, or None without named voters."""
        if not (invited := frozenset(self.brief.voters)):
            return None
        return Turnout(len(invited), len(voted), invited - voted - deactivated, len(invited & deactivated - voted))

    @property
    def ballot_stage(self) -> BallotStage:
        return BallotStage.RUN_OFF if self.run_off else BallotStage.FIRST

    @property
    def ballot_options(self) -> Mapping[int, str]:
        """The candidates of the current ballot, number to slot id; in a run-off only the finalists."""
        finalists = self.run_off.numbers if self.run_off else tuple(self.slot_id_by_number)
        return {number: slot_id for number, slot_id in self.slot_id_by_number.items() if number in finalists}

    def count_votes(
        self,
        vote_inputs: Iterable[VoteInput],
        submissions: Iterable[BallotSubmission],
        flaw_answers: Iterable[FlawAnswer] = (),
    ) -> Tally:
        """Return the frozen tally of a closed round, else count `vote_inputs` or `submissions`.

        `flaw_answers` count on an open ballot; they stay out of what is shown before its close.
        """
        if self.tally:
            return self.tally
        numbers = {slot_id: number for number, slot_id in self.ballot_options.items()}
        valid_submissions = [p for p in submissions if p.stage is self.ballot_stage and self.can_vote(p.person)]
        inputs = [m for m in vote_inputs if self.can_vote(m.person)]
        if self.run_off:
            return replace(Tally.from_submissions(valid_submissions, numbers), sealed_results=None)
        if self.is_sealed:
            return Tally.from_submissions(valid_submissions, numbers)
        tally = Tally.from_vote_inputs(inputs, numbers, people_for_none(inputs, valid_submissions))
        return tally.with_open_flaws([a for a in flaw_answers if self.can_vote(a.person)], numbers)

    @property
    def run_off_options(self) -> tuple[int, ...]:
        """The numbers for a run-off; empty unless the first ballot closed with a quorum and a close result.

        A follow-up locks nothing, so a tie may stand.
        """
        if (
            self.is_follow_up
            or self.state is not RoundState.CLOSED
            or self.tally is None
            or self.run_off
            or self.votes_short_of_quorum(self.tally)
        ):
            return ()
        return run_off_numbers(self.tally)

    def votes_short_of_quorum(self, tally: Tally) -> int:
        """Return how many more voters the quorum needs."""
        return max(0, (self.brief.quorum or 0) - tally.voters)

    def leader(self, tally: Tally) -> int | None:
        """Return the number of the sole leader, or None on a tie or without a quorum."""
        return None if self.votes_short_of_quorum(tally) else tally.winner

    @property
    def comments_visible(self) -> bool:
        """Whether comments on candidates may be shown: on a sealed ballot only once it is closed."""
        return not self.is_sealed or self.tally is not None

    def visible_tally(self, tally: Tally) -> Tally:
        """Return the part of `tally` that is public now."""
        return tally.redacted if self.is_sealed and self.tally is None else tally

    def arrived_after_vote(self, slot: Slot) -> bool:
        """Return whether a candidate of a closed ballot arrived too late for the vote."""
        tally = self.first_tally
        return tally is not None and slot.number is not None and slot.number not in tally.votes

    def require_lead(self, person: str, action: str) -> None:
        """Raise NotLead unless `person` leads this round."""
        if person != self.lead:
            raise NotLead(action, self.lead)

    def require_casting(self, action: str) -> None:
        """Raise RoundClosed for a follow-up: it is drawn once, and nothing is locked from it."""
        if self.is_follow_up:
            raise RoundClosed(action, self.origin, self.character)

    def require_accepts_slots(self, action: str) -> None:
        """Raise RoundClosed unless another portrait may be added; a run-off accepts none."""
        self.require_state(RoundState.DRAWING, RoundState.VOTING, RoundState.CLOSED, action=action)
        if self.run_off and self.state is RoundState.VOTING:
            raise RoundClosed(action, "run_off", self.character)

    def require_state(self, *states: RoundState, action: str) -> None:
        """Raise RoundClosed unless the round is in one of `states`."""
        if self.state not in states:
            raise RoundClosed(action, self.state, self.character)
