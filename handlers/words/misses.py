"""Why a portrait is missing, and whether it cost something. Before the close no word may tell which model it was."""

from decimal import Decimal

from bot.round import Round
from bot.slot import Miss, Slot
from handlers.words.text import cut, dollars, quiet, several, when
from handlers.words.titles import Titles

SOMEBODY = "a model"
_DETAIL_LIMIT = 80
# When OpenAI's filter stepped in: beside the categories, never what was flagged.
_STAGES = frozenset({"input", "output", "unknown"})

_KINDS = {
    "refused": "{who} declined the brief",
    "rate_limited": "{who} had too many requests at once",
    "no_money": "the account of {who} has no credit left; whoever runs Castroom can top it up",
    "bad_key": "{who} did not take our key; whoever runs Castroom can renew it",
    "retired": "{who} is no longer served; whoever runs Castroom can name its successor",
    "bad_request": "{who} did not understand what we sent",
    "down": "{who} failed on its side",
    "timed_out": "{who} gave no answer in time",
    "bad_picture": "{who} sent something that is not a usable picture",
    "duplicate": "{who} sent a picture that another portrait of this round already shows",
    "unknown": "{who} was asked just before a restart and its answer is lost",
    "picture_lost": "the picture to be like is missing from where pictures are kept, so {who} was not asked",
    "cancelled": "the round ended before {who} was asked",
}


def blind(round_: Round, slot: Slot) -> str:
    """The reason without the model: its price is the dearest slot's, its filter's word one of the brief's own."""
    assert slot.miss
    told = slot.miss.detail if slot.miss.detail and slot.miss.detail.casefold() in round_.brief.text.casefold() else ""
    return f"{_reason(slot.miss, SOMEBODY, told)}. {_charge(slot.miss, round_.veiled(slot), exact=False)}"


def named(slot: Slot, titles: Titles) -> str:
    """The reason with the model, for after the close."""
    assert slot.miss
    return told(slot.miss, titles(slot.model), slot.price)


def told(miss: Miss, who: str, price: Decimal) -> str:
    """Why `who` gave no picture, and what of `price` was charged."""
    return f"{_reason(miss, who, miss.detail)}. {_charge(miss, price, exact=True)}"


def numbered(position: int, missing: int, of: int) -> str:
    """How a line about the `position`-th of `missing` portraits begins."""
    return f"One of {of} is missing:" if missing == 1 else f"Missing, {position} of {missing}:"


def variation(number: int) -> str:
    """How a line about a variation of candidate `number` begins."""
    return f"The variation of {number} is missing:"


def _reason(miss: Miss, who: str, detail: str) -> str:
    if miss.until:
        return f"{who} failed several times in a row and is left alone until {when(miss.until)}"
    reason = _KINDS.get(miss.kind, "{who} gave no portrait").format(who=who)
    flagged = cut(_in_words(detail), _DETAIL_LIMIT) if miss.kind == "refused" else ""
    return f"{reason} (its filter flagged “{quiet(flagged)}”)" if flagged else reason


def _in_words(detail: str) -> str:
    """A vendor's codes as words: `input:violence` is `violence`, `IMAGE_SAFETY` is `IMAGE SAFETY`."""
    return several([code.replace("_", " ") for code in detail.split(":") if code not in _STAGES])


def _charge(miss: Miss, price: Decimal, *, exact: bool) -> str:
    if miss.paid == "no":
        return "Nothing was charged for it."
    if miss.paid == "maybe":
        return f"It may have been charged: up to {dollars(price)}."
    return f"It was charged all the same: {dollars(price)}." if exact else "It was charged all the same."
