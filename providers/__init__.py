"""Image models over HTTP: the table of accounts, which know nothing of each other."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from bot.catalogue import Catalogue, ModelFacts, Size
from bot.errors import BadKey
from bot.ports import ImageModel
from bot.settings import Settings
from providers import gemini, openai, recraft
from providers._http import Http, open_http, reading_room
from providers._pace import Line, line_of, per_minute
from providers.checks import AccountCheck, unasked
from providers.registry import MODELS, models_of

__all__ = ["AccountCheck", "Models", "open_models"]

# A portrait that comes after the core's patience was paid for and is kept, so reading goes on for longer.
_LONGER = 2
_LEAST_SECONDS, _MOST_SECONDS = 180.0, 600.0


@dataclass(frozen=True)
class _Account:
    """One company's API: where it is, whose key opens it, and the code that speaks to it."""

    provider: str
    address: Callable[[Settings], str]
    key: Callable[[Settings], SecretStr | None]
    headers: Callable[[str], dict[str, str]]
    model: Callable[[ModelFacts, Http, Mapping[Size, float]], ImageModel]
    check: Callable[[Http, Sequence[ModelFacts]], Coroutine[Any, Any, AccountCheck]]


_ACCOUNTS = (
    _Account(
        "recraft",
        lambda s: s.recraft_base_url,
        lambda s: s.recraft_api_token,
        recraft.headers,
        recraft.Recraft,
        recraft.check,
    ),
    _Account(
        "openai",
        lambda s: s.openai_base_url,
        lambda s: s.openai_api_key,
        openai.headers,
        openai.OpenAI,
        openai.check,
    ),
    _Account(
        "gemini",
        lambda s: s.gemini_base_url,
        lambda s: s.gemini_api_key,
        gemini.headers,
        gemini.Gemini,
        gemini.check,
    ),
)


class Models:
    """The image models of the accounts that have a key here."""

    def __init__(self, https: Mapping[str, Http], within: Mapping[Size, float], settings: Settings) -> None:
        self._https = https
        self._lines = {provider: line_of(provider, settings) for provider in https}
        self._models = {
            facts.id: account.model(facts, https[account.provider], within)
            for account in _ACCOUNTS
            if account.provider in https
            for facts in models_of(account.provider)
        }
        limits = {provider: most for provider in https if (most := per_minute(provider, settings))}
        self.catalogue = Catalogue(MODELS, frozenset(https), per_minute=limits)

    def model(self, model_id: str) -> ImageModel:
        """The model with this exact id; raises BadKey when its account has no key here (any more)."""
        if model_id not in self._models:
            raise BadKey(model_id, "no account")
        return self._models[model_id]

    def line(self, model_id: str) -> Line:
        """The line before the model's account; an account that has no key here has one where nobody waits."""
        return self._lines.get(_provider(model_id)) or Line()

    def resting_until(self, model_id: str) -> datetime | None:
        """When a model that kept failing is asked again; None while it may be asked."""
        http = self._https.get(_provider(model_id))
        return http.resting_until(model_id) if http else None

    async def checks(self) -> list[AccountCheck]:
        """What every account says about itself; spends nothing."""
        async with asyncio.TaskGroup() as group:
            checks = [group.create_task(self._check(account)) for account in _ACCOUNTS]
        return [check.result() for check in checks]

    async def close(self) -> None:
        for http in self._https.values():
            await http.close()

    async def _check(self, account: _Account) -> AccountCheck:
        models = models_of(account.provider)
        http = self._https.get(account.provider)
        return await account.check(http, models) if http else unasked(account.provider, models)


def open_models(settings: Settings) -> Models:
    """Clients for every account with a key; nothing is sent yet."""
    room = reading_room()
    https = {
        account.provider: open_http(account.address(settings), account.headers(key), room)
        for account in _ACCOUNTS
        if (secret := account.key(settings)) and (key := secret.get_secret_value().strip())
    }
    within = {Size.DRAFT: _within(settings.patience_seconds), Size.FOUR_K: _within(settings.patience_4k_seconds)}
    return Models(https, within, settings)


def _provider(model_id: str) -> str:
    return model_id.partition(":")[0]


def _within(patience: float) -> float:
    return min(max(_LONGER * patience, _LEAST_SECONDS), _MOST_SECONDS)
