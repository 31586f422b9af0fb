"""Reasons of missing portraits, and what they cost. Before the close no text may identify the model."""

from decimal import Decimal

from bot.domain.round import Round
from bot.domain.slot import Slot, SlotFailure
from handlers.text.format import channel, dollars, escape_mrkdwn, join_words, truncate, when
from handlers.text.model_titles import Titles

ANY_MODEL = "a model"
_DETAIL_LIMIT = 80
# OpenAI's filter stages, which come beside the categories.
_STAGES = frozenset({"input", "output", "unknown"})

_KINDS = {
    "refused": "{who} declined the brief",
    "reference_refused": "{who} declined the reference picture",
    "rate_limited": "{who} had too many requests at once",
    "insufficient_credit": "the account of {who} has no credit left; your Castroom administrator can top it up",
    "authentication_failed": "{who} rejected our key; your Castroom administrator can renew it",
    "retired": "{who} is retired; your Castroom administrator can choose its successor",
    "invalid_request": "{who} rejected the request",
    "provider_down": "{who} failed on its side",
    "timed_out": "{who} gave no answer in time",
    "invalid_image": "{who} returned an unusable picture",
    "unexpected": "{who} was asked, but processing its answer failed; the cause is in my log",
    "duplicate": "{who} returned a copy of another portrait of this round",
    "unknown": "{who} was called just before a restart, and its answer was lost",
    "portrait_missing": "the reference image is missing from storage, so {who} was not asked",
    "cancelled": "the round ended before {who} was asked",
    "consent_withdrawn": "the consent to the photo was withdrawn before {who} was asked",
}

_SHORT_KINDS = {
    "refused": "declined",
    "reference_refused": "reference declined",
    "rate_limited": "over the rate limit",
    "insufficient_credit": "without credit",
    "authentication_failed": "key rejected",
    "retired": "retired",
    "invalid_request": "request rejected",
    "provider_down": "failed",
    "timed_out": "timed out",
    "invalid_image": "unusable picture",
    "duplicate": "copy of another portrait",
    "unknown": "answer lost",
    "cancelled": "not asked",
}


def miss_words(kind: str) -> str:
    """Name a kind of failure in two or three words, for counts."""
    return _SHORT_KINDS.get(kind, "failed unexpectedly")


def blind_reason(round_: Round, slot: Slot) -> str:
    """Return the reason without the model.

    It shows the most expensive slot's price, and the filter's word only if the brief contains it.
    """
    assert slot.failure
    detail = (
        slot.failure.detail
        if slot.failure.detail and slot.failure.detail.casefold() in round_.brief.text.casefold()
        else ""
    )
    charge = _charge(slot.failure, round_.blind_price(slot), show_price=False)
    return f"{_reason(slot.failure, ANY_MODEL, detail)}. {charge}"


def named_reason(slot: Slot, titles: Titles) -> str:
    """Return the reason with the model, for after the close."""
    assert slot.failure
    return failure_reason(slot.failure, titles(slot.model), slot.price)


def failure_reason(failure: SlotFailure, model_title: str, price: Decimal) -> str:
    """Say why `model_title` returned no picture, and whether `price` (USD) was charged."""
    return f"{_reason(failure, model_title, failure.detail)}. {_charge(failure, price, show_price=True)}"


def missing_heading(position: int, missing: int, total: int) -> str:
    """Begin the line about the `position`-th of `missing` portraits."""
    return f"One of {total} is missing:" if missing == 1 else f"Missing, {position} of {missing}:"


def missing_variation_heading(number: int) -> str:
    """Begin the line about a variation of candidate `number`."""
    return f"The variation of {number} is missing:"


def unexpected_for_lead(round_: Round) -> str:
    """Tell the lead that an error ended a part of the round's work."""
    return (
        f"{escape_mrkdwn(round_.character)} in {channel(round_.place.channel)}: something failed on my side, and I do "
        "not know why. Everything else goes on. `/cast spend` lists what may have been charged, and my log has the "
        "cause."
    )


def _reason(failure: SlotFailure, model_title: str, detail: str) -> str:
    if failure.retry_at:
        return f"{model_title} failed several times in a row and is paused until {when(failure.retry_at)}"
    reason = _KINDS.get(failure.kind, "{who} gave no portrait").format(who=model_title)
    is_refusal = failure.kind in ("refused", "reference_refused")
    flagged = truncate(_readable_codes(detail), _DETAIL_LIMIT) if is_refusal else ""
    return f"{reason} (its filter flagged “{escape_mrkdwn(flagged)}”)" if flagged else reason


def _readable_codes(detail: str) -> str:
    """Turn a vendor's codes into words: `input:violence` is `violence`, `IMAGE_SAFETY` is `IMAGE SAFETY`."""
    return join_words([code.replace("_", " ") for code in detail.split(":") if code not in _STAGES])


def _charge(failure: SlotFailure, price: Decimal, *, show_price: bool) -> str:
    if failure.paid == "no":
        return "Nothing was charged for it."
    if failure.paid == "maybe":
        return f"It may have been charged: up to {dollars(price)}."
    return f"It was still charged: {dollars(price)}." if show_price else "It was still charged."
