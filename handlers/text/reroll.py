"""What can be drawn again, and for which price."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.brief import SLOT_LIMIT
from bot.usecases.reroll import RerollOption, RerollOptions
from handlers.text.format import dollars, escape_mrkdwn, truncate

REROLL_ALL_INTRO = "*Redraw all*\nA new round for the same brief. This one ends; its portraits and votes are kept."
VARIATION_PLACEHOLDER = "Choose a candidate"
CANDIDATE_PLACEHOLDER = "Choose a candidate"
MODEL_PLACEHOLDER = "Choose a model"
_PLACEHOLDER_LIMIT = 150
_NO_VARIATION_REASONS = {
    "no_model": "No model with an account here takes a picture as reference, so no candidate can be varied.",
}


def heading(options: RerollOptions) -> str:
    return f"Re-roll for {escape_mrkdwn(options.round.character)}? Nothing is drawn or charged before you choose."


def candidate_intro(options: RerollOptions) -> str:
    explanation = "The same model and brief, another face."
    return f"*Redraw one candidate{_common_price(options.rerolls)}*\n{explanation} {_next_number_note(options)}"


def model_intro(options: RerollOptions) -> str:
    explanation = "Another face for the same brief."
    return f"*Redraw with one model{_common_price(options.rerolls)}*\n{explanation} {_next_number_note(options)}"


def variation_intro(options: RerollOptions) -> str:
    explanation = "The same face at another moment: expression, angle, light."
    return f"*A variation{_common_price(options.variations)}*\n{explanation} {_next_number_note(options)}"


def comment_variation_intro(options: RerollOptions) -> str:
    explanation = "The same face at another moment, with one comment of the team."
    return f"*A variation with a comment{_common_price(options.variations)}*\n{explanation}"


def price_tail(price: Decimal) -> str:
    return f" · up to {dollars(price)}"


def missing_title(position: int, total: int) -> str:
    return "*The missing portrait*" if total == 1 else f"*Missing portrait {position} of {total}*"


def missing_variation_title(number: int | None) -> str:
    return f"*The variation of {number} that failed*" if number else "*A variation that failed*"


def limits_note(options: RerollOptions) -> str:
    """Say why an option is missing; empty if none is."""
    if options.next_number is None:
        limit_text = f"This round holds {SLOT_LIMIT} candidates, with what is being drawn, which is the maximum"
        return f"{limit_text}. Start a new round instead."
    return _NO_VARIATION_REASONS.get(options.variation_problem, "")


def reroll_all_label(price: Decimal) -> str:
    return f"Redraw all · up to {dollars(price)}"


def reroll_label(price: Decimal) -> str:
    return f"Again · up to {dollars(price)}"


def candidate_label(number: int, price: Decimal) -> str:
    return f"{number} again · up to {dollars(price)}"


def model_label(title: str, price: Decimal) -> str:
    tail = f" again · up to {dollars(price)}"
    return f"{truncate(title, _PLACEHOLDER_LIMIT // 2 - len(tail))}{tail}"


def variation_label(number: int, price: Decimal) -> str:
    return f"Vary {number} · up to {dollars(price)}"


def _common_price(choices: Sequence[RerollOption]) -> str:
    """Return the price if all choices have the same; otherwise the menu shows each."""
    prices = {choice.price for choice in choices}
    return f" · up to {dollars(prices.pop())}" if len(prices) == 1 else ""


def _next_number_note(options: RerollOptions) -> str:
    vote_note = ", marked as arrived after the vote" if options.round.models_revealed else "; votes are kept"
    return f"It gets number {options.next_number}{vote_note}."
