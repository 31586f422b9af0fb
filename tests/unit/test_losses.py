"""What the fault benchmarks call paid twice: a charged call that no slot of the round with those words answers for."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from benchmarks.losses import payments
from bot.round import Round
from tests.unit.storage.stories import NICKEL, a_round


def asked(round_: Round, *costs: Decimal | None) -> Round:
    """A round whose slots, all of one model, cost this much."""
    slots = [replace(s, model="maker:model-0", cost=cost) for s, cost in zip(round_.slots, costs, strict=True)]
    return replace(round_, slots=tuple(slots), prompt=f"A portrait for {round_.id}.")


def call(round_: Round) -> dict[str, Any]:
    return {"model": "model-0", "prompt_sha256": sha256(round_.prompt.encode()).hexdigest()}


ONE = asked(a_round("r1", slots=2), NICKEL, NICKEL)
OTHER = asked(a_round("r2", "Juan", slots=2), NICKEL, None)


def test_a_call_for_every_slot_that_cost_something_is_paid_once() -> None:
    found = payments([call(ONE), call(ONE), call(OTHER)], [ONE, OTHER])
    assert (found.paid_twice, found.cautious) == (0, 0)


def test_one_call_more_than_slots_that_cost_something_is_silent() -> None:
    assert payments([call(ONE), call(ONE), call(OTHER), call(OTHER)], [ONE, OTHER]).paid_twice == 1


def test_a_call_that_belongs_to_no_round_is_silent() -> None:
    assert payments([call(asked(a_round("r3", slots=1), NICKEL))], [ONE]).paid_twice == 1


def test_caution_in_one_round_hides_nothing_in_another() -> None:
    found = payments([call(ONE), call(OTHER), call(OTHER)], [ONE, OTHER])
    assert (found.paid_twice, found.cautious) == (1, 1)
