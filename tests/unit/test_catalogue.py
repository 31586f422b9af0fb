"""Models by name and by day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bot.catalogue import Catalogue, ModelFacts, Size

TODAY = date(2026, 11, 24)
PRICES = dict.fromkeys(Size, Decimal("0.05"))
NEW = ModelFacts("easel", "easel-2", "easel-2-wire", "Easel Two", "", PRICES, dict.fromkeys(Size, "9x12"), seeds=True)
OLD = replace(NEW, name="easel-1", wire_id="easel-1-wire", successor="easel-2")
ELSEWHERE = replace(NEW, provider="lumen", name="lumen", wire_id="lumen-wire", retires=TODAY)


def a_catalogue(*models: ModelFacts) -> Catalogue:
    return Catalogue(models or (NEW, OLD, ELSEWHERE), frozenset({"easel"}))


def test_what_the_vendor_says_comes_before_our_table_and_can_be_taken_back() -> None:
    catalogue = a_catalogue(replace(OLD, retires=TODAY))
    (old,) = catalogue.models
    assert not catalogue.available(old, TODAY)
    catalogue.learn({old.id: TODAY + timedelta(days=1)})
    assert catalogue.available(old, TODAY)
    assert not catalogue.available(old, TODAY + timedelta(days=1))
    catalogue.learn({old.id: None})
    assert not catalogue.available(old, TODAY)


def test_a_model_is_ending_thirty_days_before_its_end_with_its_successor() -> None:
    catalogue = a_catalogue()
    catalogue.learn({OLD.id: TODAY + timedelta(days=31)})
    assert catalogue.endings(TODAY) == ()
    (ending,) = catalogue.endings(TODAY + timedelta(days=1))
    assert (ending.model, ending.gone, ending.successor) == (OLD, False, NEW)
    (gone,) = catalogue.endings(TODAY + timedelta(days=31))
    assert gone.gone


def test_the_end_of_a_model_without_an_account_here_concerns_nobody() -> None:
    assert a_catalogue().endings(TODAY) == ()
    assert not a_catalogue().available(ELSEWHERE, TODAY)


def test_what_one_catalogue_learns_another_does_not_know() -> None:
    one, other = a_catalogue(), a_catalogue()
    one.learn({OLD.id: TODAY})
    assert other.available(OLD, TODAY)
