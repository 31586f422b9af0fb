"""Which models are available with which keys."""

from decimal import Decimal

import pytest

from bot.domain.catalogue import Size
from bot.domain.model_errors import AuthenticationFailed
from bot.settings import Settings
from providers.accounts import _timeouts, open_models
from providers.fal.models import FAL_MODELS
from providers.registry import MIN_TIMEOUT_SECONDS, MODELS


def make_settings(**keys: object) -> Settings:
    return Settings.model_validate(keys)


async def test_key_configures_a_provider_and_all_models_are_known() -> None:
    models = open_models(make_settings(openai_api_key="k"))
    assert models.catalogue.models == (*MODELS, *FAL_MODELS)
    assert models.catalogue.configured_providers == {"openai"}
    assert models.model("openai:gpt-image-2").spec.prices[Size.DRAFT] < Decimal("0.10")
    await models.close()


async def test_blank_key_does_not_configure_a_provider() -> None:
    models = open_models(make_settings(openai_api_key="  ", gemini_api_key="\n"))
    assert models.catalogue.configured_providers == frozenset()
    await models.close()


@pytest.mark.parametrize("model_id", ["recraft:recraftv4_1", "openai:never-heard-of"])
async def test_model_without_a_provider_raises_authentication_failed(model_id: str) -> None:
    models = open_models(make_settings(openai_api_key="k"))
    with pytest.raises(AuthenticationFailed) as caught:
        models.model(model_id)
    assert (caught.value.model, caught.value.paid) == (model_id, "no")
    await models.close()


@pytest.mark.parametrize(
    ("provider", "patience", "reading"),
    [("recraft", 5, 120), ("gemini", 5, 180), ("openai", 5, 300), ("recraft", 120, 240), ("openai", 3_600, 600)],
)
def test_read_timeout_is_twice_the_patience_within_limits(provider: str, patience: float, reading: float) -> None:
    assert _timeouts(provider, make_settings(patience_seconds=patience))[Size.DRAFT] == reading


def test_every_provider_has_read_timeouts_longer_for_4k() -> None:
    assert set(MIN_TIMEOUT_SECONDS) == {"recraft", "openai", "gemini", "fal", "own"}
    assert all(limits[Size.DRAFT] <= limits[Size.FOUR_K] <= 600 for limits in MIN_TIMEOUT_SECONDS.values())
