"""The form that refines a brief for a new round."""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.ballot import FlawTag
from bot.domain.round import Round
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.text.format import dollars, escape_mrkdwn

OPEN = "Refine the brief …"
OPEN_INTRO = "*For other words*\nA new round for a refined brief. Its price stands in the form."
TITLE = "Refine the brief"
SUBMIT = "Draw"
BRIEF = "What the face looks like"


def intro(round_: Round, price: Decimal) -> str:
    """Say what the form does, and what it costs."""
    return (
        f"A new round for *{escape_mrkdwn(round_.character)}*, up to {dollars(price)} for its portraits. "
        "This round ends; its portraits and votes are kept. Everything but the words stays as it is."
    )


def routing_hint(round_: Round) -> str:
    """Say that the price may change; empty if the models are fixed."""
    if round_.brief.models:
        return ""
    return "Other words may call other models. Should that cost more, you are asked first."


def flaw_summary(counts: Mapping[FlawTag, int]) -> str:
    """Return `What gave the faces away: too smooth 3, eyes 1`; empty without flaws."""
    text = ", ".join(f"{sealed_ballot_text.FLAW_LABELS[flaw]} {times}" for flaw, times in counts.items())
    return f"What gave the faces away: {text}" if text else ""
