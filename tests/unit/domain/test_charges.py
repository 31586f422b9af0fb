"""Which amounts may be written as a charge."""

from decimal import Decimal

import pytest

from bot.domain.budget import is_recordable
from tests.support.poisoned_pictures import ABSURD_AMOUNTS


@pytest.mark.parametrize("amount", [a for a in ABSURD_AMOUNTS if str(a) != "1E-2000000"], ids=lambda a: str(a)[:12])
def test_absurd_amount_is_not_recordable(amount: Decimal) -> None:
    assert not is_recordable(amount)


@pytest.mark.parametrize("amount", ["0", "1e-2000000", "0.04", "1000000"])
def test_amount_that_a_picture_could_cost_is_recordable(amount: str) -> None:
    assert is_recordable(Decimal(amount))
