"""What can be drawn again, before anything is."""

from collections.abc import Sequence
from decimal import Decimal

from bot.brief import SLOT_LIMIT
from bot.rerolling import Choice, Offer
from handlers.words.text import cut, dollars, quiet

REFINE = "Refine the brief …"
_PLACEHOLDER_LIMIT = 150

ALL_AGAIN = "*All again*\nA new round for the same words. This one ends; its portraits and votes are kept."
REFINED = "*For other words*\nA new round for a refined brief. Its price stands in the form."
VARY = "Vary which one?"
AGAIN = "Which one again?"
MODEL_AGAIN = "Which model again?"

_UNVARIED = {
    "no_model": "No model with an account here takes a picture as reference, so no candidate can be varied.",
}


def heading(offer: Offer) -> str:
    return f"Draw again for {quiet(offer.round.character)}? Nothing is drawn, or charged, before you choose."


def one_again(offer: Offer) -> str:
    return f"*One candidate again{_price(offer.again)}*\nThe same model, the same words, another face. {_number(offer)}"


def model_again(offer: Offer) -> str:
    return f"*One model again{_price(offer.again)}*\nAnother face for the same words. {_number(offer)}"


def varied(offer: Offer) -> str:
    moment = "The same face at another moment: expression, angle, light."
    return f"*A variation{_price(offer.varied)}*\n{moment} {_number(offer)}"


def missing(position: int, of: int) -> str:
    return "*The missing portrait*" if of == 1 else f"*Missing portrait {position} of {of}*"


def missing_variation(number: int | None) -> str:
    return f"*The variation of {number} that did not come*" if number else "*A variation that did not come*"


def below(offer: Offer) -> str:
    """Why something is not offered; empty when all is."""
    if offer.further is None:
        eight = f"This round holds {SLOT_LIMIT} candidates, with what is being drawn, and that is the most it shows"
        return f"{eight}: only a new round is left."
    return _UNVARIED.get(offer.unvaried, "")


def press_all(price: Decimal) -> str:
    return f"All again · up to {dollars(price)}"


def press_one(price: Decimal) -> str:
    return f"Again · up to {dollars(price)}"


def again(number: int, price: Decimal) -> str:
    return f"{number} again · up to {dollars(price)}"


def model(title: str, price: Decimal) -> str:
    tail = f" again · up to {dollars(price)}"
    return f"{cut(title, _PLACEHOLDER_LIMIT // 2 - len(tail))}{tail}"


def vary(number: int, price: Decimal) -> str:
    return f"Vary {number} · up to {dollars(price)}"


def _price(choices: Sequence[Choice]) -> str:
    """The price where all have the same; else each stands in the menu."""
    prices = {one.price for one in choices}
    return f" · up to {dollars(prices.pop())}" if len(prices) == 1 else ""


def _number(offer: Offer) -> str:
    after = ", marked as come after the vote" if offer.round.named else "; votes stay where they are"
    return f"It gets number {offer.further}{after}."
