"""The form that refines a brief for a new round."""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.ballot import FlawTag
from bot.domain.round import Round
from handlers.text import sealed_ballot as sealed_ballot_text
from handlers.text.format import dollars, escape_mrkdwn

OPEN = "Refine the brief …"
OPEN_INTRO = "*Change the brief*\nA new round for a refined brief. The form shows the price."
TITLE = "Refine the brief"
SUBMIT = "Cast again"
BRIEF = "Brief"


def intro(round_: Round, price: Decimal) -> str:
    """Say what the form does, and what it costs."""
    return (
        f"A new round for *{escape_mrkdwn(round_.character)}*, up to {dollars(price)} for its portraits. "
        "This round ends; its portraits and votes are kept. Only the brief changes."
    )


def routing_hint(round_: Round) -> str:
    """Say that the price may change; empty if the models are fixed."""
    if round_.brief.models:
        return ""
    return "A new brief may select other models. We ask before spending more."


def flaw_summary(counts: Mapping[FlawTag, int]) -> str:
    """Return `What looked artificial: too smooth 3, eyes 1`; empty without flaws."""
    text = ", ".join(f"{sealed_ballot_text.FLAW_LABELS[flaw]} {times}" for flaw, times in counts.items())
    return f"What looked artificial: {text}" if text else ""
