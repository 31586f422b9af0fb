"""Whether a model is still served, and until when: what makes one retire overnight."""

from typing import Annotated, Literal

import msgspec


class RetirementStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`shutdown_date` (`2026-12-31`) is told where the vendor's list has a field for it, which is OpenAI's."""

    state: Literal["served", "retired"] = "served"
    shutdown_date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None


# Listed for 2 October 2026 by the vendor; other sources say later.
_DEFAULTS = {"gemini-2.5-flash-image": RetirementStatus("retired")}


class Retirements:
    """The life of each model by id; a retired one is on no list and answers as its vendor does of unknown ids."""

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
