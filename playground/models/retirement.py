"""Whether and until when a model is served; makes a model retire on demand."""

from typing import Annotated, Literal

import msgspec


class RetirementStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The status of a model; only OpenAI's list shows `shutdown_date` (`2026-12-31`)."""

    state: Literal["served", "retired"] = "served"
    shutdown_date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None


# Google listed 2 October 2026; other sources have a later date.
_DEFAULTS = {"gemini-2.5-flash-image": RetirementStatus("retired")}


class Retirements:
    """The retirement status by model id; a retired model is not listed and answers like an unknown id."""

    def __init__(self) -> None:
        self._overrides: dict[str, RetirementStatus] = {}

    def get(self, model: str) -> RetirementStatus:
        return self._overrides.get(model) or _DEFAULTS.get(model) or RetirementStatus()

    def is_served(self, model: str) -> bool:
        return self.get(model).state == "served"

    def set(self, model: str, status: RetirementStatus) -> None:
        self._overrides[model] = status

    def clear(self) -> None:
        self._overrides.clear()
