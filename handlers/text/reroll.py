"""What can be drawn again, and for which price."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.brief import SLOT_LIMIT
from bot.usecases.reroll import RerollOption, RerollOptions
from handlers.text.format import dollars, escape_mrkdwn, truncate
from handlers.text.model_titles import Titles

REROLL_ALL_INTRO = "*Redraw all*\nA new round for the same brief. This one ends; its portraits and votes are kept."
PLACEHOLDERS = {"candidate": "Choose a candidate", "model": "Choose a model", "variation": "Choose a candidate"}
_OPTION_LIMIT = 75
_INTROS = {
    "candidate": ("Redraw one candidate", "The same model and brief, another face."),
    "model": ("Redraw with one model", "Another face for the same brief."),
    "variation": ("A variation", "The same face at another moment: expression, angle, light."),
}
_NO_VARIATION_REASONS = {
    "no_model": "No model with an account here takes a picture as reference, so no candidate can be varied.",
}


def heading(options: RerollOptions) -> str:
    return f"Re-roll for {escape_mrkdwn(options.round.character)}? Nothing is drawn or charged before you choose."


def intro(kind: str, options: RerollOptions) -> str:
    """Introduce the menu of candidates, of models, or of variations."""
    title, explanation = _INTROS[kind]
    price = _common_price(options.variations if kind == "variation" else options.rerolls)
    return f"*{title}{price}*\n{explanation} {_next_number_note(options)}"


def label(kind: str, option: RerollOption, titles: Titles) -> str:
    """Return `3 again · up to $0.05`, with the model in place of the number, or `Vary 3 · up to $0.05`."""
    tail, number = price_tail(option.price), option.slot.number or 0
    if kind == "model":
        return f"{truncate(titles(option.slot.model), _OPTION_LIMIT - len(tail) - len(' again'))} again{tail}"
    return f"Vary {number}{tail}" if kind == "variation" else f"{number} again{tail}"


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
    return f"Redraw all{price_tail(price)}"


def reroll_label(price: Decimal) -> str:
    return f"Again{price_tail(price)}"


def _common_price(choices: Sequence[RerollOption]) -> str:
    """Return the price if all choices have the same; otherwise the menu shows each."""
    prices = {choice.price for choice in choices}
    return price_tail(prices.pop()) if len(prices) == 1 else ""


def _next_number_note(options: RerollOptions) -> str:
    vote_note = ", marked as arrived after the vote" if options.round.models_revealed else "; votes are kept"
    return f"It gets number {options.next_number}{vote_note}."
