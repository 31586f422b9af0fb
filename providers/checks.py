"""What an account says about itself without being paid for it."""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.catalogue import ModelFacts
from bot.errors import BadKey, Down, ModelError, TimedOut

CHECK_SECONDS = 15.0

# Shutdown dates by served id, as the vendor writes them; empty for none.
Listing = Mapping[str, str]


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
    ends: Mapping[str, date] = field(default_factory=dict)


def unasked(provider: str, models: Sequence[ModelFacts]) -> AccountCheck:
    """An account without a key here."""
    return AccountCheck(provider, False, False, None, dict.fromkeys(m.id for m in models))


async def checked(provider: str, models: Sequence[ModelFacts], listing: Coroutine[Any, Any, Listing]) -> AccountCheck:
    """The account's list of models held against ours; `listing` raises ModelErrors."""
    unknown: dict[str, bool | None] = dict.fromkeys(m.id for m in models)
    try:
        listed = await listing
    except BadKey as error:
        return AccountCheck(provider, True, True, False, unknown, (f"the key was turned down ({error.detail})",))
    except (Down, TimedOut) as error:
        return AccountCheck(provider, True, False, None, unknown, (f"no answer ({error.detail})",))
    except ModelError as error:
        return AccountCheck(provider, True, True, None, unknown, (f"the models are not listed ({error.detail})",))
    theirs = [m for m in models if m.wire_id in listed]
    if not theirs:
        # Better asked in vain than never again: a list of other names says nothing about ours.
        return AccountCheck(provider, True, True, True, unknown, ("none of our models is on the account's list",))
    notes = (_lifecycle(m, listed[m.wire_id]) for m in theirs)
    ends = {m.id: day for m in theirs if (day := _day(listed[m.wire_id]))}
    served = {m.id: m in theirs for m in models}
    return AccountCheck(provider, True, True, True, served, tuple(note for note in notes if note), ends)


def ends_in(checks: Sequence[AccountCheck], today: date) -> dict[str, date | None]:
    """The first day without each model of which the accounts said something: `today` for one that is not listed."""
    return {
        model_id: check.ends.get(model_id) if served else today
        for check in checks
        for model_id, served in check.served.items()
        if served is not None
    }


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _lifecycle(model: ModelFacts, shutdown: str) -> str:
    end = shutdown or (model.retires.isoformat() if model.retires else "")
    instead = f"; use {model.successor}" if model.successor else ""
    if end:
        return f"{model.name} ({model.wire_id}) shuts down on {end}{instead}"
    return f"{model.name} ({model.wire_id}) is deprecated{instead}" if model.deprecated else ""
