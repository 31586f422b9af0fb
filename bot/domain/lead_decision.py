"""What a round waits for from its lead."""

from enum import StrEnum

from bot.domain.ballot import Tally
from bot.domain.round import Round
from bot.domain.round_state import RoundState


class LeadDecision(StrEnum):
    """A decision that only the lead can take: the ballot's result, or what to do about missing portraits."""

    TIE = "tie"
    NO_VOTES = "no_votes"
    NO_QUORUM = "no_quorum"
    NOTHING_CONVINCING = "nothing_convincing"
    RESULT = "result"
    MISSING_PORTRAITS = "missing_portraits"
    UNSURE_CHARGE = "unsure_charge"


def pending_decision(round_: Round) -> LeadDecision | None:
    """Return the decision that an open round waits for; None while it runs by itself."""
    if round_.needs_lead_decision:
        return LeadDecision.UNSURE_CHARGE
    if round_.state is RoundState.CLOSED and round_.tally is not None:
        return _after_close(round_, round_.tally)
    if round_.state is RoundState.VOTING and not round_.run_off and round_.failures:
        is_unsure = any(slot.failure and slot.failure.paid == "maybe" for slot in round_.failures)
        if is_unsure:
            return LeadDecision.UNSURE_CHARGE
        # What a re-audition lacks is not drawn later: its number would tell that it is not the original.
        return None if round_.is_reaudition else LeadDecision.MISSING_PORTRAITS
    return None


def _after_close(round_: Round, tally: Tally) -> LeadDecision:
    if round_.votes_short_of_quorum(tally):
        return LeadDecision.NO_QUORUM
    if not tally.leaders:
        return LeadDecision.NOTHING_CONVINCING if tally.voters else LeadDecision.NO_VOTES
    return LeadDecision.RESULT if tally.winner is not None else LeadDecision.TIE
