"""What callbacks and re-auditions say alike: how far they are, and why one cannot start."""

from decimal import Decimal

from bot.domain.ballot import Tally
from bot.domain.errors import CannotFollowUp
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from handlers.text.format import dollars, escape_mrkdwn, join_parts, join_words, pluralize, when

# What a form can put right; nobody expects that it has started something.
_CHOICES = frozenset({"finalists", "without_face", "situations", "models"})
_REFUSALS = {
    "finalists": "Choose two candidates for a callback.",
    "without_face": "One of the two must be the locked face of {name}.",
    "situations": "Choose one to three situations.",
    "models": "Choose one or two models, and one or two pictures of each.",
    "few_candidates": "A callback needs two candidates, and this round has fewer.",
    "no_model": "No model with an account here takes a reference picture, so {name} cannot be drawn again.",
    "missing": "An original of {name} is no longer stored, so it cannot be drawn again.",
    "unlocked": "This version of {name} was unlocked. `/cast history {name}` shows by whom.",
    "superseded": "{name} has a newer face. `/cast {name}` shows it.",
    "withdrawn": "The person in the photo took their consent back, so this face is not drawn again.",
    "reported": "These pictures were reported and are hidden until the lead or an administrator decides.",
    "served": "The model of this face is still served, so {name} needs no re-audition.",
}

CLOSED, ENDED = "voting is closed", "ended"
_OTHERWISE = "{name} cannot be drawn again now."


def refusal(error: CannotFollowUp) -> str:
    """Say why a callback or a re-audition cannot start like this."""
    text = _REFUSALS.get(error.reason, _OTHERWISE).format(name=escape_mrkdwn(error.character) or "This character")
    return text if error.reason in _CHOICES else f"{text} Nothing was started."


def price_increased(price: Decimal) -> str:
    return f"The price is now up to {dollars(price)}. Press the button again to agree."


def price(picture_count: int, amount: Decimal) -> str:
    """Return `6 pictures for up to $0.29.`"""
    return f"{pluralize(picture_count, 'picture')} for up to {dollars(amount)}."


def progress(round_: Round) -> str:
    """Return `▰▰▱▱▱▱  2 of 6 in · up to $0.29 · voting opens when all are in`; copied originals do not count."""
    wanted, arrived = [s for s in round_.slots if not s.copy_of_slot_id], len(round_.drawn)
    bar = "▰" * arrived + "▱" * (len(wanted) - arrived)
    ending = "" if round_.all_slots_final else "voting opens when all are in"
    return join_parts(f"{bar}  {arrived} of {len(wanted)} in", f"up to {dollars(round_.price)}", ending)


def still_drawing(round_: Round) -> str:
    """Return `2 still being drawn`; empty once all are there."""
    unfinished = sum(not s.is_final for s in round_.slots)
    return f"{unfinished} still being drawn" if unfinished else ""


def below_quorum(round_: Round, tally: Tally) -> str:
    """Say that too few people voted; empty with a quorum."""
    if not (short := round_.votes_short_of_quorum(tally)):
        return ""
    needed = tally.voters + short
    return f"{tally.voters} of the {needed} people this ballot needs have voted, so the result doesn't stand."


def exact_models(round_: Round) -> str:
    """Return `openai:...` and `gemini:...` as code: the models that draw for this round."""
    return join_words([f"`{model}`" for model in dict.fromkeys(s.model for s in round_.slots if not s.copy_of_slot_id)])


def running(follow_up: Round, name: str) -> str:
    """Return `Callback: voting is open until ...` for the message of the round before; empty after the close."""
    if follow_up.state is RoundState.DRAWING:
        return f"{name}: being drawn"
    closing = f" until {when(follow_up.closes_at)}" if follow_up.closes_at else ""
    return f"{name}: voting is open{closing}" if follow_up.state is RoundState.VOTING else ""


def cost(round_: Round) -> str:
    """Return `6 pictures for $0.29`: what the models of this ballot were paid."""
    return f"{pluralize(len(round_.drawn), 'picture')} for {dollars(round_.price)}"
