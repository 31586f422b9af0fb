"""An upscale: the locked face at a larger size, stored beside its original.

waiting -> requested -> kept                          an upscaler enlarged it: the content is unchanged
                     \\-> offered -> kept | declined    a model redrew it from the original: the lead decides
                     \\-> failed
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.budget import Charge
from bot.domain.catalogue import Catalogue, ModelSpec, Size
from bot.domain.face import FOUR_K_SIDE, Face, Portrait
from bot.domain.slot import SlotFailure

# Models that keep a reference face best, according to their providers; then the catalogue's order.
_REFERENCE_RANKS = {"gemini-3-pro-image": 0, "gemini-nano-banana-2.1": 1}


class UpscaleState(StrEnum):
    """State of an upscale; the last three are final."""

    WAITING = "waiting"
    REQUESTED = "requested"
    OFFERED = "offered"
    KEPT = "kept"
    DECLINED = "declined"
    FAILED = "failed"


IN_PROGRESS_STATES = frozenset({UpscaleState.WAITING, UpscaleState.REQUESTED})
# At most one attempt of a face is live, so that it is not paid for twice.
LIVE_STATES = IN_PROGRESS_STATES | {UpscaleState.OFFERED, UpscaleState.KEPT}


class UpscaleMethod(StrEnum):
    """An upscaler keeps the content; a redraw by a model uses the original as reference."""

    UPSCALER = "upscale"
    REDRAW = "redraw"


@dataclass(frozen=True)
class UpscalePlan:
    """How a face would be upscaled, by which exact id, the most it costs in dollars, and whether it reaches 4K."""

    method: UpscaleMethod
    model: str
    price: Decimal
    reaches_4k: bool


@dataclass(frozen=True)
class Upscale:
    """One attempt to upscale a face, with its lineage. `round_id` is the id of the face.

    `price` in dollars is reserved, `cost` is the actual charge. `prompt` is empty for an upscaler. `pair_file` is the
    Slack file that shows both pictures side by side, `file_id` that of the upscale itself.
    """

    id: str
    round_id: str
    attempt: int
    method: UpscaleMethod
    model: str
    price: Decimal
    original_sha256: str
    prompt: str
    seed: int | None
    requested_by: str
    opened_at: datetime
    state: UpscaleState = UpscaleState.WAITING
    requested_at: datetime | None = None
    seconds: float | None = None
    cost: Decimal | None = None
    cost_source: str = ""
    request_id: str = ""
    portrait: Portrait | None = None
    failure: SlotFailure | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    pair_file: str | None = None
    file_id: str | None = None
    asked_by: str = ""

    @property
    def is_in_progress(self) -> bool:
        return self.state in IN_PROGRESS_STATES

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    def with_portrait(self, portrait: Portrait, charge: Charge, seconds: float, request_id: str = "") -> "Upscale":
        """Return the successful upscale: kept if from an upscaler, offered if from a model."""
        state = UpscaleState.KEPT if self.method is UpscaleMethod.UPSCALER else UpscaleState.OFFERED
        return replace(
            self,
            state=state,
            portrait=portrait,
            seconds=seconds,
            request_id=request_id,
            cost=charge.usd,
            cost_source=charge.source,
        )

    def with_failure(
        self, failure: SlotFailure, seconds: float | None = None, reported_cost: Decimal | None = None
    ) -> "Upscale":
        """Return the failed upscale. A possible charge counts as charged.

        `reported_cost` is the charge that the provider reported, in dollars.
        """
        source, cost = failure.charge(self.price, reported_cost)
        return replace(self, state=UpscaleState.FAILED, failure=failure, seconds=seconds, cost=cost, cost_source=source)


def plan_upscale(face: Face, catalogue: Catalogue, today: date) -> UpscalePlan | None:
    """Return how to upscale `face` today; None if it is 4K already or no model gives a larger picture.

    Prefers an upscaler, since it keeps the face. Then models that reach 4K, then the model that generated the face,
    then the one that keeps a face best.
    """
    if face.portrait.is_4k:
        return None
    if upscaler := catalogue.upscaler:
        return UpscalePlan(UpscaleMethod.UPSCALER, upscaler.id, upscaler.price, reaches_4k=True)
    eligible = [m for m in catalogue.models if m.max_references and catalogue.is_available(m, today)]
    larger = [m for m in eligible if _max_side(m) > face.portrait.long_side]
    if not larger:
        return None
    best = min(larger, key=lambda m: (_max_side(m) < FOUR_K_SIDE, m.id != face.model, reference_rank(m)))
    return UpscalePlan(
        UpscaleMethod.REDRAW, best.id, best.price(Size.FOUR_K, reference_count=1), _max_side(best) >= FOUR_K_SIDE
    )


def best_reference_model(models: Sequence[ModelSpec]) -> ModelSpec | None:
    """Return the model that keeps a reference face best."""
    return min(models, key=reference_rank, default=None)


def latest_upscale(upscales: tuple[Upscale, ...]) -> Upscale | None:
    """Return the last attempt; only this one can be live."""
    return max(upscales, key=lambda f: f.attempt, default=None)


def kept_upscale(upscales: tuple[Upscale, ...]) -> Upscale | None:
    """Return the upscale that was kept."""
    return next((f for f in upscales if f.state is UpscaleState.KEPT), None)


def _max_side(model: ModelSpec) -> int:
    """Return the long side of the model's largest size in pixels, as listed for 3:4."""
    return max((int(side) for side in re.findall(r"\d+", model.pixels[Size.FOUR_K])), default=0)


def reference_rank(model: ModelSpec) -> int:
    """Return the place of a model among those that keep a reference face best; 0 is the best."""
    return _REFERENCE_RANKS.get(model.wire_id, len(_REFERENCE_RANKS))
