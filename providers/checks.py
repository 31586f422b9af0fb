"""What an account says about itself without being paid for it."""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.catalogue import ModelSpec
from bot.domain.errors import AuthenticationFailed, ModelError, ProviderDown, TimedOut

CHECK_SECONDS = 15.0

# Shutdown dates by served id, as the vendor writes them; empty for none.
ModelListing = Mapping[str, str]


@dataclass(frozen=True)
class AccountCheck:
    """`key_ok` and the values of `served` (by exact id) are None where the account could not be asked; `ends` are the
    days, by exact id, on which the account itself says that it shuts a model down."""

    provider: str
    configured: bool
    reachable: bool
    key_ok: bool | None
    served: Mapping[str, bool | None]
    notes: tuple[str, ...] = ()
    shutdown_dates: Mapping[str, date] = field(default_factory=dict)


def not_configured(provider: str, models: Sequence[ModelSpec]) -> AccountCheck:
    """An account without a key here."""
    return AccountCheck(provider, False, False, None, dict.fromkeys(m.id for m in models))


async def check_account(
    provider: str, models: Sequence[ModelSpec], listing: Coroutine[Any, Any, ModelListing]
) -> AccountCheck:
    """The account's list of models held against ours; `listing` raises ModelErrors."""
    unknown: dict[str, bool | None] = dict.fromkeys(m.id for m in models)
    try:
        shutdown_by_id = await listing
    except AuthenticationFailed as error:
        return AccountCheck(provider, True, True, False, unknown, (f"the key was turned down ({error.detail})",))
    except (ProviderDown, TimedOut) as error:
        return AccountCheck(provider, True, False, None, unknown, (f"no answer ({error.detail})",))
    except ModelError as error:
        return AccountCheck(provider, True, True, None, unknown, (f"the models are not listed ({error.detail})",))
    listed_models = [m for m in models if m.wire_id in shutdown_by_id]
    if not listed_models:
        # Better asked in vain than never again: a list of other names says nothing about ours.
        return AccountCheck(provider, True, True, True, unknown, ("none of our models is on the account's list",))
    notes = (_retirement_note(m, shutdown_by_id[m.wire_id]) for m in listed_models)
    shutdown_dates = {m.id: day for m in listed_models if (day := _parse_date(shutdown_by_id[m.wire_id]))}
    served = {m.id: m in listed_models for m in models}
    return AccountCheck(provider, True, True, True, served, tuple(note for note in notes if note), shutdown_dates)


def retirement_dates(checks: Sequence[AccountCheck], today: date) -> dict[str, date | None]:
    """The first day without each model of which the accounts said something: `today` for one that is not listed."""
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
