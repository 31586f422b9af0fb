"""The provider accounts, and the models and upscalers of those that have a key."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import SecretStr

from bot.domain.catalogue import Catalogue, ModelSpec, Size, UpscalerSpec
from bot.domain.model_errors import AuthenticationFailed
from bot.ports.call_reservations import CallReservations
from bot.ports.image_models import ImageModel, Upscaler
from bot.self_hosted import SelfHostedModel
from bot.settings import Settings
from providers import openai_compatible
from providers.checks import AccountCheck, not_configured, retirement_dates
from providers.fal import client as fal_client
from providers.fal.models import FAL_MODELS, FAL_UPSCALER
from providers.gemini import client as gemini_client
from providers.http.client import AccountClient, large_response_semaphore, open_client
from providers.http.rate_limit import RateLimiter, images_per_minute, rate_limiter_for
from providers.http.shared_rate_limit import SharedRateLimiter
from providers.openai import client as openai_client
from providers.recraft import client as recraft_client
from providers.registry import MIN_TIMEOUT_SECONDS, MODELS, UPSCALERS, models_of

# A portrait that arrives after the round's patience is paid for and used, so the read timeout is longer.
_READ_FACTOR = 2
_MAX_SECONDS = 600.0
# Retries of a call that was not billed, the queue of large responses, and the check of the picture.
_OVERHEAD_SECONDS = 60.0


@dataclass(frozen=True)
class _Account:
    """One provider: its base URL, its key and its client code."""

    provider: str
    base_url: Callable[[Settings], str]
    key: Callable[[Settings], SecretStr | None]
    headers: Callable[[str], dict[str, str]]
    models: tuple[ModelSpec, ...]
    create_model: Callable[[ModelSpec, AccountClient, Mapping[Size, float]], ImageModel]
    check: Callable[[AccountClient, Sequence[ModelSpec]], Coroutine[Any, Any, AccountCheck]]


_ACCOUNTS = (
    _Account(
        "recraft",
        lambda s: s.recraft_base_url,
        lambda s: s.recraft_api_token,
        recraft_client.headers,
        models_of("recraft"),
        recraft_client.Recraft,
        recraft_client.check,
    ),
    _Account(
        "openai",
        lambda s: s.openai_base_url,
        lambda s: s.openai_api_key,
        openai_client.headers,
        models_of("openai"),
        openai_client.OpenAI,
        openai_client.check,
    ),
    _Account(
        "gemini",
        lambda s: s.gemini_base_url,
        lambda s: s.gemini_api_key,
        gemini_client.headers,
        models_of("gemini"),
        gemini_client.Gemini,
        gemini_client.check,
    ),
    _Account(
        "fal",
        lambda s: s.fal_queue_url,
        lambda s: s.fal_key,
        fal_client.headers,
        FAL_MODELS,
        fal_client.Fal,
        fal_client.check,
    ),
)

_UPSCALER_TYPES: Mapping[str, Callable[[UpscalerSpec, AccountClient, Mapping[Size, float]], Upscaler]] = {
    "recraft:crispUpscale": recraft_client.CrispUpscaler,
    FAL_UPSCALER.id: fal_client.FalUpscaler,
}


class ImageModels:
    """Image models and upscalers of the accounts that have a key in the settings."""

    def __init__(
        self,
        clients: Mapping[str, AccountClient],
        self_hosted: Sequence[tuple[SelfHostedModel, AccountClient]],
        settings: Settings,
        call_reservations: CallReservations | None = None,
    ) -> None:
        self._clients = clients
        self._self_hosted = self_hosted
        self._settings = settings
        self._models: dict[str, ImageModel] = {
            spec.id: account.create_model(spec, clients[account.provider], _timeouts(account.provider, settings))
            for account in _ACCOUNTS
            if account.provider in clients
            for spec in account.models
        }
        # The catalogue prefers models in this order: the vendors' own accounts first.
        servers = [
            openai_compatible.OpenAICompatible(model, client, _timeouts("own", settings))
            for model, client in self_hosted
        ]
        self._models |= {server.spec.id: server for server in servers}
        self._rate_limiters = {
            account: rate_limiter_for(account, settings, call_reservations)
            for account in (*clients, *(server.spec.id for server in servers))
        }
        self._self_hosted_clients = {
            server.spec.id: client for server, (_, client) in zip(servers, self_hosted, strict=True)
        }
        configured = {*clients, "own"} if self_hosted else {*clients}
        models = (*MODELS, *FAL_MODELS, *(server.spec for server in servers))
        upscalers = (*UPSCALERS, FAL_UPSCALER)
        limits = {provider: limit for provider in clients if (limit := images_per_minute(provider, settings))}
        self.catalogue = Catalogue(models, frozenset(configured), upscalers, images_per_minute=limits)
        self._upscalers = {
            spec.id: _UPSCALER_TYPES[spec.id](spec, clients[spec.provider], _timeouts(spec.provider, settings))
            for spec in upscalers
            if spec.provider in clients
        }

    def model(self, model_id: str) -> ImageModel:
        """Return the model; raises AuthenticationFailed if its account has no key (any more)."""
        if model_id not in self._models:
            raise AuthenticationFailed(model_id, "no account")
        return self._models[model_id]

    def upscaler(self, upscaler_id: str) -> Upscaler:
        """Return the upscaler; raises AuthenticationFailed if its account has no key (any more)."""
        if upscaler_id not in self._upscalers:
            raise AuthenticationFailed(upscaler_id, "no account")
        return self._upscalers[upscaler_id]

    def longest_call(self, model_id: str, size: Size) -> float:
        """Return the seconds after which a call has certainly ended: request and download, each with its timeout."""
        return 2 * self._timeouts_of(model_id)[size] + _OVERHEAD_SECONDS

    def rate_limiter(self, model_id: str) -> RateLimiter | SharedRateLimiter:
        """Return the limiter of the model's account or server; without an account, one without limits."""
        return self._rate_limiters.get(_provider(model_id)) or self._rate_limiters.get(model_id) or RateLimiter()

    def circuit_open_until(self, model_id: str) -> datetime | None:
        """Return when the model's circuit breaker lets a call through again; None while it is closed."""
        client = self._clients.get(_provider(model_id)) or self._self_hosted_clients.get(model_id)
        return client.circuit_open_until(model_id) if client else None

    def is_available(self, model_id: str) -> bool:
        """Return whether the model's circuit is closed; implements the port ModelHealth."""
        return self.circuit_open_until(model_id) is None

    async def check_accounts(self) -> list[AccountCheck]:
        """Check every account concurrently; costs nothing."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._check_account(account)) for account in _ACCOUNTS]
            tasks += [group.create_task(openai_compatible.check(model, client)) for model, client in self._self_hosted]
        return [task.result() for task in tasks]

    async def retirement_dates(self, today: date) -> Mapping[str, date | None]:
        """Return each model's first day without service, None if unknown; accounts that do not answer are left out."""
        return retirement_dates(await self.check_accounts(), today)

    async def close(self) -> None:
        for client in (*self._clients.values(), *(client for _, client in self._self_hosted)):
            await client.close()

    def _timeouts_of(self, model_id: str) -> Mapping[Size, float]:
        provider = _provider(model_id)
        return _timeouts(provider if provider in MIN_TIMEOUT_SECONDS else "own", self._settings)

    async def _check_account(self, account: _Account) -> AccountCheck:
        client = self._clients.get(account.provider)
        return (
            await account.check(client, account.models) if client else not_configured(account.provider, account.models)
        )


def open_models(settings: Settings, call_reservations: CallReservations | None = None) -> ImageModels:
    """Open clients for every account with a key; sends nothing yet.

    With `call_reservations`, several processes share the accounts' rate limits.
    """
    semaphore = large_response_semaphore()
    clients = {
        account.provider: open_client(account.base_url(settings), account.headers(key), semaphore)
        for account in _ACCOUNTS
        if (secret := account.key(settings)) and (key := secret.get_secret_value().strip())
    }
    self_hosted = [
        (m, open_client(m.base_url, openai_compatible.headers(_secret(m.key)), semaphore)) for m in settings.own_models
    ]
    return ImageModels(clients, self_hosted, settings, call_reservations)


def _secret(key: SecretStr | None) -> str:
    return key.get_secret_value().strip() if key else ""


def _provider(model_id: str) -> str:
    return model_id.partition(":")[0]


def _timeouts(provider: str, settings: Settings) -> dict[Size, float]:
    """Return the read timeout in seconds by size."""
    patience = dict.fromkeys(Size, settings.patience_4k_seconds) | {Size.DRAFT: settings.patience_seconds}
    minimum = MIN_TIMEOUT_SECONDS[provider]
    return {size: min(max(_READ_FACTOR * patience[size], minimum[size]), _MAX_SECONDS) for size in Size}
