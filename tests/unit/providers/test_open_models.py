"""Which models there are, given the keys."""

from decimal import Decimal

import pytest

from bot.catalogue import Size
from bot.errors import BadKey
from bot.settings import Settings
from providers import _within, open_models
from providers.fal_models import FAL_MODELS
from providers.registry import MODELS, READ_SECONDS


def settings(**keys: object) -> Settings:
    return Settings.model_validate(keys)


async def test_an_account_is_configured_by_its_key_and_all_models_are_known() -> None:
    models = open_models(settings(openai_api_key="k"))
    assert models.catalogue.models == (*MODELS, *FAL_MODELS)
    assert models.catalogue.configured == {"openai"}
    assert models.model("openai:gpt-image-2").facts.prices[Size.DRAFT] < Decimal("0.10")
    await models.close()


async def test_a_key_of_blanks_is_none() -> None:
    models = open_models(settings(openai_api_key="  ", gemini_api_key="\n"))
    assert models.catalogue.configured == frozenset()
    await models.close()


@pytest.mark.parametrize("model_id", ["recraft:recraftv4_1", "openai:never-heard-of"])
async def test_a_model_without_an_account_is_a_miss_and_no_crash(model_id: str) -> None:
    models = open_models(settings(openai_api_key="k"))
    with pytest.raises(BadKey) as caught:
        models.model(model_id)
    assert (caught.value.model, caught.value.paid) == (model_id, "no")
    await models.close()


@pytest.mark.parametrize(
    ("provider", "patience", "reading"),
    [("recraft", 5, 120), ("gemini", 5, 180), ("openai", 5, 300), ("recraft", 120, 240), ("openai", 3_600, 600)],
)
def test_reading_goes_on_for_twice_the_patience_within_the_accounts_bounds(
    provider: str, patience: float, reading: float
) -> None:
    assert _within(provider, settings(patience_seconds=patience))[Size.DRAFT] == reading


def test_every_account_has_its_own_patience_for_reading_and_more_of_it_for_4k() -> None:
    assert set(READ_SECONDS) == {"recraft", "openai", "gemini", "fal", "own"}
    assert all(limits[Size.DRAFT] <= limits[Size.FOUR_K] <= 600 for limits in READ_SECONDS.values())
