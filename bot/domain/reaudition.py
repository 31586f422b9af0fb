"""A re-audition: a locked face whose model goes, drawn again by other models, for a ballot with the original in it."""

from dataclasses import dataclass
from datetime import date

from bot.domain.catalogue import Catalogue, ModelSpec
from bot.domain.upscale import reference_rank

MAX_PER_MODEL = 2


@dataclass(frozen=True)
class Replacement:
    """The exact id of a model that is retired, retires or was replaced, and the models that could draw its faces.

    `retires_on` is None for a model that the catalogue no longer has or that its vendor has only replaced. The
    `successor` of the catalogue is None where there is none that can be asked; `models` are all that can, best first.
    """

    model: str
    retires_on: date | None
    is_retired: bool
    successor: ModelSpec | None
    models: tuple[ModelSpec, ...]

    @property
    def proposed(self) -> tuple[ModelSpec, ...]:
        """The successor, or else the model that keeps a face best, and one other."""
        first = self.successor or next(iter(self.models), None)
        return tuple(m for m in (first, *(m for m in self.models if m != first)) if m)[:2]


def replacement_of(model_id: str, catalogue: Catalogue, today: date) -> Replacement | None:
    """Return what replaces a model; None while it is served and has a future."""
    capable = [m for m in catalogue.models if m.max_references and catalogue.is_available(m, today)]
    models = tuple(sorted((m for m in capable if m.id != model_id), key=reference_rank))
    spec = next((m for m in catalogue.models if m.id == model_id), None)
    if spec is None:
        return Replacement(model_id, None, is_retired=True, successor=None, models=models)
    ending = (*catalogue.retirements(today), *catalogue.replacements(today))
    if (found := next((r for r in ending if r.model.id == model_id), None)) is None:
        return None
    successor = found.successor if found.successor in models else None
    return Replacement(model_id, None if found.is_replaced else found.retires_on, found.is_retired, successor, models)
