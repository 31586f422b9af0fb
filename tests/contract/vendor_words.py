"""What a person reads of each miss, whichever account it comes from."""

from decimal import Decimal

from bot.catalogue import Catalogue, ModelFacts
from bot.errors import ModelError, Paid
from bot.slot import Miss, Slot, SlotState
from handlers.words.misses import named
from handlers.words.titles import Titles

FREE, LISTED, PERHAPS = "Nothing was charged for it.", "It was charged all the same", "may have been charged"
TOLD: dict[Paid, str] = {"no": FREE, "maybe": PERHAPS, "yes": LISTED}
WORDS = {
    "refused": "declined the brief",
    "rate_limited": "too many requests at once",
    "no_money": "has no credit left",
    "bad_key": "did not take our key",
    "retired": "is no longer served",
    "bad_request": "did not understand what we sent",
    "down": "failed on its side",
    "timed_out": "gave no answer in time",
    "bad_picture": "not a usable picture",
}


def is_told_plainly(error: ModelError, facts: ModelFacts) -> None:
    """The miss names its model, says what happened, and whether it was paid for."""
    miss = Miss(error.kind, paid=error.paid)
    slot = Slot("s", "r", 0, facts.id, Decimal("0.05"), 7, SlotState.MISS, miss=miss)
    told = named(slot, Titles(Catalogue((facts,), frozenset())))
    assert facts.title in told
    assert WORDS[error.kind] in told
    assert TOLD[error.paid] in told
