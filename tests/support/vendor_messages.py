"""The text that a user reads for each failure, the same for every vendor."""

from decimal import Decimal

from bot.domain.catalogue import Catalogue, ModelSpec
from bot.domain.model_errors import ModelError, PaidStatus
from bot.domain.slot import Slot, SlotFailure, SlotState
from handlers.text.failures import named_reason
from handlers.text.model_titles import Titles

FREE_TEXT, CHARGED_TEXT, MAYBE_CHARGED_TEXT = (
    "Nothing was charged for it.",
    "It was still charged",
    "may have been charged",
)
CHARGE_TEXTS: dict[PaidStatus, str] = {"no": FREE_TEXT, "maybe": MAYBE_CHARGED_TEXT, "yes": CHARGED_TEXT}
FAILURE_TEXTS = {
    "refused": "declined the brief",
    "rate_limited": "too many requests at once",
    "insufficient_credit": "has no credit left",
    "authentication_failed": "rejected our key",
    "retired": "is retired",
    "invalid_request": "rejected the request",
    "provider_down": "failed on its side",
    "timed_out": "gave no answer in time",
    "invalid_image": "an unusable picture",
}


def assert_plain_failure_text(error: ModelError, facts: ModelSpec) -> None:
    """Check that the text names the model, the failure, and whether it was paid."""
    failure = SlotFailure(error.kind, paid=error.paid)
    slot = Slot("s", "r", 0, facts.id, Decimal("0.05"), 7, SlotState.FAILED, failure=failure)
    text = named_reason(slot, Titles(Catalogue((facts,), frozenset())))
    assert facts.title in text
    assert FAILURE_TEXTS[error.kind] in text
    assert CHARGE_TEXTS[error.paid] in text
