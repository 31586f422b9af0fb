"""Image models over HTTP: the table of accounts, which know nothing of each other."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import SecretStr

from bot.catalogue import Catalogue, ModelFacts, Size, UpscalerFacts
from bot.errors import BadKey
from bot.own import OwnModel
from bot.ports import ImageModel, Upscaler
from bot.settings import Settings
from providers import compatible, fal, gemini, openai, recraft
from providers._http import Http, open_http, reading_room
from providers._pace import Line, line_of, per_minute
from providers.checks import AccountCheck, ends_in, unasked
from providers.fal_models import FAL_MODELS, FAL_UPSCALER
from providers.registry import MODELS, READ_SECONDS, UPSCALERS, models_of

__all__ = ["AccountCheck", "Models", "ends_in", "open_models"]

# A portrait that comes after the core's patience was paid for and is kept, so reading goes on for longer.
_LONGER = 2
_MOST_SECONDS = 600.0


@dataclass(frozen=True)
class _Account:
    """One company's API: where it is, whose key opens it, and the code that speaks to it."""

    provider: str
    address: Callable[[Settings], str]
    key: Callable[[Settings], SecretStr | None]
    headers: Callable[[str], dict[str, str]]
    models: tuple[ModelFacts, ...]
    model: Callable[[ModelFacts, Http, Mapping[Size, float]], ImageModel]
    check: Callable[[Http, Sequence[ModelFacts]], Coroutine[Any, Any, AccountCheck]]


_ACCOUNTS = (
    _Account(
        "recraft",
        lambda s: s.recraft_base_url,
        lambda s: s.recraft_api_token,
        recraft.headers,
        models_of("recraft"),
        recraft.Recraft,
        recraft.check,
    ),
    _Account(
        "openai",
        lambda s: s.openai_base_url,
        lambda s: s.openai_api_key,
        openai.headers,
        models_of("openai"),
        openai.OpenAI,
        openai.check,
    ),
    _Account(
        "gemini",
        lambda s: s.gemini_base_url,
        lambda s: s.gemini_api_key,
        gemini.headers,
        models_of("gemini"),
        gemini.Gemini,
        gemini.check,
    ),
    _Account(
        "fal",
        lambda s: s.fal_queue_url,
        lambda s: s.fal_key,
        fal.headers,
        FAL_MODELS,
        fal.Fal,
        fal.check,
    ),
)

_UPSCALING: Mapping[str, Callable[[UpscalerFacts, Http, Mapping[Size, float]], Upscaler]] = {
    "recraft:crispUpscale": recraft.Crisp,
    FAL_UPSCALER.id: fal.FalUpscaler,
}


class Models:
    """The image models and upscalers of the accounts that have a key here."""

    def __init__(
        self,
        https: Mapping[str, Http],
        own: Sequence[tuple[OwnModel, Http]],
        settings: Settings,
    ) -> None:
        self._https = https
        self._own = own
        self._lines = {provider: line_of(provider, settings) for provider in https}
        self._models: dict[str, ImageModel] = {
            facts.id: account.model(facts, https[account.provider], _within(account.provider, settings))
            for account in _ACCOUNTS
            if account.provider in https
            for facts in account.models
        }
        # In this order a family is looked up: the makers' own accounts first.
        servers = [compatible.Own(model, http, _within("own", settings)) for model, http in own]
        self._models |= {server.facts.id: server for server in servers}
        self._lines |= {server.facts.id: Line() for server in servers}
        self._servers = {server.facts.id: http for server, (_, http) in zip(servers, own, strict=True)}
        configured = {*https, "own"} if own else {*https}
        models = (*MODELS, *FAL_MODELS, *(server.facts for server in servers))
        upscalers = (*UPSCALERS, FAL_UPSCALER)
        limits = {provider: most for provider in https if (most := per_minute(provider, settings))}
        self.catalogue = Catalogue(models, frozenset(configured), upscalers, per_minute=limits)
        self._upscalers = {
            facts.id: _UPSCALING[facts.id](facts, https[facts.provider], _within(facts.provider, settings))
            for facts in upscalers
            if facts.provider in https
        }

    def model(self, model_id: str) -> ImageModel:
        """The model with this exact id; raises BadKey when its account has no key here (any more)."""
        if model_id not in self._models:
            raise BadKey(model_id, "no account")
        return self._models[model_id]

    def upscaler(self, upscaler_id: str) -> Upscaler:
        """The upscaler with this exact id; raises BadKey when its account has no key here (any more)."""
        if upscaler_id not in self._upscalers:
            raise BadKey(upscaler_id, "no account")
        return self._upscalers[upscaler_id]

    def line(self, model_id: str) -> Line:
        """The line before the model's account or own server; where there is none any more nobody waits."""
        return self._lines.get(_provider(model_id)) or self._lines.get(model_id) or Line()

    def resting_until(self, model_id: str) -> datetime | None:
        """When a model that kept failing is asked again; None while it may be asked."""
        http = self._https.get(_provider(model_id)) or self._servers.get(model_id)
        return http.resting_until(model_id) if http else None

    def available(self, model_id: str) -> bool:
        """Whether the model may be asked now; implements the port Health."""
        return self.resting_until(model_id) is None

    async def checks(self) -> list[AccountCheck]:
        """What every account says about itself; spends nothing."""
        async with asyncio.TaskGroup() as group:
            checks = [group.create_task(self._check(account)) for account in _ACCOUNTS]
            checks += [group.create_task(compatible.check(model, http)) for model, http in self._own]
        return [check.result() for check in checks]

    async def endings(self, today: date) -> Mapping[str, date | None]:
        """By exact id the first day without a model, None where no end is known; silent accounts are left out."""
        return ends_in(await self.checks(), today)

    async def close(self) -> None:
        for http in (*self._https.values(), *(http for _, http in self._own)):
            await http.close()

    async def _check(self, account: _Account) -> AccountCheck:
        http = self._https.get(account.provider)
        return await account.check(http, account.models) if http else unasked(account.provider, account.models)


def open_models(settings: Settings) -> Models:
    """Clients for every account with a key; nothing is sent yet."""
    room = reading_room()
    https = {
        account.provider: open_http(account.address(settings), account.headers(key), room)
        for account in _ACCOUNTS
        if (secret := account.key(settings)) and (key := secret.get_secret_value().strip())
    }
    own = [(m, open_http(m.base_url, compatible.headers(_secret(m.key)), room)) for m in settings.own_models]
    return Models(https, own, settings)


def _secret(key: SecretStr | None) -> str:
    return key.get_secret_value().strip() if key else ""


def _provider(model_id: str) -> str:
    return model_id.partition(":")[0]


def _within(provider: str, settings: Settings) -> dict[Size, float]:
    """Seconds in which an account must have answered, by size."""
    patience = {Size.DRAFT: settings.patience_seconds, Size.FOUR_K: settings.patience_4k_seconds}
    least = READ_SECONDS[provider]
    return {size: min(max(_LONGER * patience[size], least[size]), _MOST_SECONDS) for size in Size}
