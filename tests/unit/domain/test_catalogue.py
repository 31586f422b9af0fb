"""Models by name and by date."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bot.domain.catalogue import Catalogue, ModelSpec, Size

TODAY = date(2026, 11, 24)
PRICES = dict.fromkeys(Size, Decimal("0.05"))
NEW_MODEL = ModelSpec("easel", "easel-2", "easel-2-wire", "Easel Two", "", PRICES, dict.fromkeys(Size, "9x12"))
OLD_MODEL = replace(NEW_MODEL, name="easel-1", wire_id="easel-1-wire", successor="easel-2")
UNCONFIGURED_MODEL = replace(NEW_MODEL, provider="lumen", name="lumen", wire_id="lumen-wire", retires_on=TODAY)


def make_catalogue(*models: ModelSpec) -> Catalogue:
    return Catalogue(models or (NEW_MODEL, OLD_MODEL, UNCONFIGURED_MODEL), frozenset({"easel"}))


def test_vendor_dates_override_the_table_and_can_be_withdrawn() -> None:
    catalogue = make_catalogue(replace(OLD_MODEL, retires_on=TODAY))
    (old,) = catalogue.models
    assert not catalogue.is_available(old, TODAY)
    catalogue.update_retirements({old.id: TODAY + timedelta(days=1)})
    assert catalogue.is_available(old, TODAY)
    assert not catalogue.is_available(old, TODAY + timedelta(days=1))
    catalogue.update_retirements({old.id: None})
    assert not catalogue.is_available(old, TODAY)


def test_retirement_is_reported_30_days_ahead_with_the_successor() -> None:
    catalogue = make_catalogue()
    catalogue.update_retirements({OLD_MODEL.id: TODAY + timedelta(days=31)})
    assert catalogue.retirements(TODAY) == ()
    (retirement,) = catalogue.retirements(TODAY + timedelta(days=1))
    assert (retirement.model, retirement.is_retired, retirement.successor) == (OLD_MODEL, False, NEW_MODEL)
    (retired,) = catalogue.retirements(TODAY + timedelta(days=31))
    assert retired.is_retired


def test_retirement_of_an_unconfigured_model_is_not_reported() -> None:
    assert make_catalogue().retirements(TODAY) == ()
    assert not make_catalogue().is_available(UNCONFIGURED_MODEL, TODAY)


def test_catalogues_do_not_share_retirement_dates() -> None:
    one, other = make_catalogue(), make_catalogue()
    one.update_retirements({OLD_MODEL.id: TODAY})
    assert other.is_available(OLD_MODEL, TODAY)
