"""Whether a model is still served, and until when: what makes one retire overnight."""

from typing import Annotated, Literal

import msgspec


class Life(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`shutdown_date` (`2026-12-31`) is told where the vendor's list has a field for it, which is OpenAI's."""

    state: Literal["served", "retired"] = "served"
    shutdown_date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None


# Listed for 2 October 2026 by the vendor; other sources say later.
_BORN = {"gemini-2.5-flash-image": Life("retired")}


class Lives:
    """The life of each model by id; a retired one is on no list and answers as its vendor does of unknown ids."""

    def __init__(self) -> None:
        self._told: dict[str, Life] = {}

    def of(self, model: str) -> Life:
        return self._told.get(model) or _BORN.get(model) or Life()

    def served(self, model: str) -> bool:
        return self.of(model).state == "served"

    def set(self, model: str, life: Life) -> None:
        self._told[model] = life

    def clear(self) -> None:
        self._told.clear()
