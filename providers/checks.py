"""Free checks of an account: key, reachability, listed models and their shutdown dates."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from bot.domain.catalogue import ModelSpec
from bot.domain.model_errors import AuthenticationFailed, ModelError, ProviderDown, TimedOut
from providers.http.client import AccountClient
from providers.http.costs import parse_raw
from providers.http.response import ProviderResponse

CHECK_SECONDS = 15.0

# Shutdown date by listed model id, as the provider writes it; empty without a date.
ModelListing = Mapping[str, str]


@dataclass(frozen=True)
class AccountCheck:
    """Result of one account's check; `served` and `shutdown_dates` are keyed by our model id.

    `key_ok` and the values of `served` are None if the check could not find out.
    """

    provider: str
    configured: bool
    reachable: bool
    key_ok: bool | None
    served: Mapping[str, bool | None]
    notes: tuple[str, ...] = ()
    shutdown_dates: Mapping[str, date] = field(default_factory=dict)


class _ModelEntry(msgspec.Struct):
    id: str
    shutdown_date: msgspec.Raw = msgspec.Raw()


class _ModelList(msgspec.Struct):
    data: list[_ModelEntry]


async def list_models(
    client: AccountClient, provider: str, error_for: Callable[[ProviderResponse, str], Awaitable[ModelError]]
) -> ModelListing:
    """Return what `/models` of OpenAI's API lists, which Recraft and own servers have too; raises ModelErrors."""
    response = await client.get("/models", model=provider, timeout_seconds=CHECK_SECONDS)
    listing = await response.decode_or_none(_ModelList) if response.is_success else None
    if listing is None:
        raise await error_for(response, provider)
    return {entry.id: parse_raw(entry.shutdown_date, str) or "" for entry in listing.data}


def not_configured(provider: str, models: Sequence[ModelSpec]) -> AccountCheck:
    """Return the check of an account that has no key in the settings."""
    return AccountCheck(provider, False, False, None, dict.fromkeys(m.id for m in models))


async def check_account(
    provider: str, models: Sequence[ModelSpec], listing: Coroutine[Any, Any, ModelListing]
) -> AccountCheck:
    """Compare the account's list of models with ours; `listing` raises ModelErrors."""
    try:
        shutdown_by_id = await listing
    except ModelError as error:
        return failed_check(provider, models, error, "the models are not listed")
    listed_models = [m for m in models if m.wire_id in shutdown_by_id]
    if not listed_models:
        # The provider may list other names than it accepts, so this does not retire all our models.
        unknown: dict[str, bool | None] = dict.fromkeys(m.id for m in models)
        return AccountCheck(provider, True, True, True, unknown, ("none of our models is on the account's list",))
    notes = (_retirement_note(m, shutdown_by_id[m.wire_id]) for m in listed_models)
    shutdown_dates = {m.id: day for m in listed_models if (day := _parse_date(shutdown_by_id[m.wire_id]))}
    served = {m.id: m in listed_models for m in models}
    return AccountCheck(provider, True, True, True, served, tuple(note for note in notes if note), shutdown_dates)


def failed_check(provider: str, models: Sequence[ModelSpec], error: ModelError, otherwise: str) -> AccountCheck:
    """Return the check of an account that answered with `error`; `otherwise` describes an unusual one."""
    unknown: dict[str, bool | None] = dict.fromkeys(m.id for m in models)
    key_ok: bool | None
    match error:
        case AuthenticationFailed():
            reachable, key_ok, note = True, False, "the key was turned down"
        case ProviderDown() | TimedOut():
            reachable, key_ok, note = False, None, "no answer"
        case _:
            reachable, key_ok, note = True, None, otherwise
    return AccountCheck(provider, True, reachable, key_ok, unknown, (f"{note} ({error.detail})",))


def retirement_dates(checks: Sequence[AccountCheck], today: date) -> dict[str, date | None]:
    """Return each checked model's first day without service: `today` if it is not listed, None if no date is known."""
    return {
        model_id: check.shutdown_dates.get(model_id) if served else today
        for check in checks
        for model_id, served in check.served.items()
        if served is not None
    }


def _parse_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _retirement_note(model: ModelSpec, shutdown: str) -> str:
    shutdown_date = shutdown or (model.retires_on.isoformat() if model.retires_on else "")
    replacement = f"; use {model.successor}" if model.successor else ""
    if shutdown_date:
        return f"{model.name} ({model.wire_id}) shuts down on {shutdown_date}{replacement}"
    return f"{model.name} ({model.wire_id}) is deprecated{replacement}" if model.deprecated_on else ""
