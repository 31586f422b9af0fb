"""Double payment in the chaos benchmark: a charged call that no slot of the round with its prompt accounts for."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from benchmarks.chaos.loss_report import check_payments
from bot.domain.round import Round
from tests.support.storage_builders import NICKEL, make_round


def with_costs(round_: Round, *costs: Decimal | None) -> Round:
    """Return a round whose slots, all of one model, have these costs."""
    slots = [replace(s, model="maker:model-0", cost=cost) for s, cost in zip(round_.slots, costs, strict=True)]
    return replace(round_, slots=tuple(slots), prompt=f"A portrait for {round_.id}.")


def make_call(round_: Round) -> dict[str, Any]:
    return {"model": "model-0", "prompt_sha256": sha256(round_.prompt.encode()).hexdigest()}


FIRST_ROUND = with_costs(make_round("r1", slots=2), NICKEL, NICKEL)
SECOND_ROUND = with_costs(make_round("r2", "Juan", slots=2), NICKEL, None)


def test_one_call_per_paid_slot_is_not_a_double_payment() -> None:
    found = check_payments(
        [make_call(FIRST_ROUND), make_call(FIRST_ROUND), make_call(SECOND_ROUND)], [FIRST_ROUND, SECOND_ROUND]
    )
    assert (found.paid_twice, found.unneeded_reservations) == (0, 0)


def test_extra_call_is_counted_as_paid_twice() -> None:
    assert (
        check_payments(
            [make_call(FIRST_ROUND), make_call(FIRST_ROUND), make_call(SECOND_ROUND), make_call(SECOND_ROUND)],
            [FIRST_ROUND, SECOND_ROUND],
        ).paid_twice
        == 1
    )


def test_call_without_a_round_is_counted_as_paid_twice() -> None:
    assert check_payments([make_call(with_costs(make_round("r3", slots=1), NICKEL))], [FIRST_ROUND]).paid_twice == 1


def test_unknown_charge_in_one_round_hides_no_double_payment_in_another() -> None:
    found = check_payments(
        [make_call(FIRST_ROUND), make_call(SECOND_ROUND), make_call(SECOND_ROUND)], [FIRST_ROUND, SECOND_ROUND]
    )
    assert (found.paid_twice, found.unneeded_reservations) == (1, 1)
