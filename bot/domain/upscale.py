"""A finish: a locked face once more, as large as it comes, beside its original and never in its place.

waiting -> asking -> kept                        an upscaler enlarged it: what is in it stays the same
                  \\-> offered -> kept | declined    a model drew it again from the original: the lead looks first
                  \\-> miss
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

# Which models keep a likeness best when they draw from a reference, by their vendors' own word; then the table's order.
_BEST_REFERENCE_MODELS = ("gemini-3-pro-image", "gemini-nano-banana-2.1")


class UpscaleState(StrEnum):
    """Where a finish stands; the last three are final."""

    WAITING = "waiting"
    REQUESTED = "requested"
    OFFERED = "offered"
    KEPT = "kept"
    DECLINED = "declined"
    FAILED = "failed"


IN_PROGRESS_STATES = frozenset({UpscaleState.WAITING, UpscaleState.REQUESTED})
# While one of these stands there is no other: nothing is paid for twice.
LIVE_STATES = IN_PROGRESS_STATES | {UpscaleState.OFFERED, UpscaleState.KEPT}


class UpscaleMethod(StrEnum):
    """How the face grows: an upscaler keeps what is in it, a model draws it again from the original."""

    UPSCALER = "upscale"
    REDRAW = "redraw"


@dataclass(frozen=True)
class UpscalePlan:
    """How a face would be finished, by which exact id, for how many dollars at most, and whether that gives 4K."""

    method: UpscaleMethod
    model: str
    price: Decimal
    reaches_4k: bool


@dataclass(frozen=True)
class Upscale:
    """One attempt to finish a face, with its lineage; `round_id` is the face's id, `original` its bytes' SHA-256.

    `price` in dollars is reserved, `cost` is what it came to. `prompt` is what a model was told, empty for an upscaler.
    `pair_file` is the picture of both side by side in the thread, `file_id` the finish's own bytes there.
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

    @property
    def is_in_progress(self) -> bool:
        return self.state in IN_PROGRESS_STATES

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    def with_portrait(self, portrait: Portrait, charge: Charge, seconds: float, request_id: str = "") -> "Upscale":
        """With its picture: kept at once from an upscaler, offered from a model."""
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
        """Without a picture; what may have been charged is counted as charged, `told` as the vendor told it."""
        source = {"no": "", "maybe": "unknown", "yes": "listed"}[failure.paid]
        cost = self.price if source else Decimal(0)
        if source and reported_cost is not None:
            source, cost = "exact", reported_cost
        return replace(self, state=UpscaleState.FAILED, failure=failure, seconds=seconds, cost=cost, cost_source=source)


def plan_upscale(face: Face, catalogue: Catalogue, today: date) -> UpscalePlan | None:
    """How `face` is best finished here today; None where it is 4K already or nothing here makes it larger.

    An upscaler first, since it keeps the face; else the model that drew it; else the one that keeps a likeness best.
    What reaches 4K goes before what does not.
    """
    if face.portrait.is_4k:
        return None
    if upscaler := catalogue.upscaler:
        return UpscalePlan(UpscaleMethod.UPSCALER, upscaler.id, upscaler.price, reaches_4k=True)
    eligible = [m for m in catalogue.models if m.max_references and catalogue.is_available(m, today)]
    larger = [m for m in eligible if _max_side(m) > face.portrait.long_side]
    if not larger:
        return None
    best = min(larger, key=lambda m: (_max_side(m) < FOUR_K_SIDE, m.id != face.model, _reference_rank(m)))
    return UpscalePlan(
        UpscaleMethod.REDRAW, best.id, best.price(Size.FOUR_K, reference_count=1), _max_side(best) >= FOUR_K_SIDE
    )


def best_reference_model(models: Sequence[ModelSpec]) -> ModelSpec | None:
    """Which of the models that take a reference keeps a face best."""
    return min(models, key=_reference_rank, default=None)


def latest_upscale(upscales: tuple[Upscale, ...]) -> Upscale | None:
    """The last attempt, which is the live one if any is."""
    return max(upscales, key=lambda f: f.attempt, default=None)


def kept_upscale(upscales: tuple[Upscale, ...]) -> Upscale | None:
    """The finish that stands beside the original."""
    return next((f for f in upscales if f.state is UpscaleState.KEPT), None)


def _max_side(model: ModelSpec) -> int:
    """The long side of the model's largest size, in pixels, as its table lists it for 3:4."""
    return max((int(side) for side in re.findall(r"\d+", model.pixels[Size.FOUR_K])), default=0)


def _reference_rank(model: ModelSpec) -> int:
    return (
        _BEST_REFERENCE_MODELS.index(model.wire_id)
        if model.wire_id in _BEST_REFERENCE_MODELS
        else len(_BEST_REFERENCE_MODELS)
    )
