"""The form in which a brief is refined."""

from collections.abc import Mapping
from decimal import Decimal

from bot.ballot import Tell
from bot.round import Round
from handlers.words import sealed
from handlers.words.text import dollars, quiet

TITLE = "Refine the brief"
SUBMIT = "Draw"
BRIEF = "What the face looks like"
TOO_LONG = "The brief of this round is too long for a field of Slack's. What you type here takes its place."


def promise(round_: Round, price: Decimal) -> str:
    """What sending it in does, and for how much."""
    return (
        f"A new round for *{quiet(round_.character)}*, up to {dollars(price)} for its portraits. "
        "This round ends; its portraits and votes are kept. Everything but the words stays as it is."
    )


def routing(round_: Round) -> str:
    """When the price may be another."""
    if round_.brief.models:
        return ""
    return "Other words may call other models. Should that cost more, you are asked first."


def tells(told: Mapping[Tell, int]) -> str:
    """`What gave the faces away: too smooth 3, eyes 1`; empty where nobody said."""
    said = ", ".join(f"{sealed.tell(tell)} {times}" for tell, times in told.items())
    return f"What gave the faces away: {said}" if said else ""
