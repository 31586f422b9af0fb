"""What an account says about itself without being paid for it."""

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.catalogue import ModelFacts
from bot.errors import BadKey, Down, ModelError, TimedOut

CHECK_SECONDS = 15.0

# Shutdown dates by served id, as the vendor writes them; empty for none.
Listing = Mapping[str, str]


@dataclass(frozen=True)
class AccountCheck:
    """`key_ok` and the values of `served` (by exact id) are None where the account could not be asked."""

    provider: str
    configured: bool
    reachable: bool
    key_ok: bool | None
    served: Mapping[str, bool | None]
    notes: tuple[str, ...] = ()


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
    served = {m.id: m.wire_id in listed for m in models}
    notes = (_lifecycle(m, listed.get(m.wire_id, "")) for m in models)
    return AccountCheck(provider, True, True, True, served, tuple(note for note in notes if note))


def _lifecycle(model: ModelFacts, shutdown: str) -> str:
    end = shutdown or (model.retires.isoformat() if model.retires else "")
    instead = f"; use {model.successor}" if model.successor else ""
    if end:
        return f"{model.name} ({model.wire_id}) shuts down on {end}{instead}"
    return f"{model.name} ({model.wire_id}) is deprecated{instead}" if model.deprecated else ""
