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

from bot.budget import Charge
from bot.catalogue import Catalogue, ModelFacts, Size
from bot.face import FOUR_K_SIDE, Face, Portrait
from bot.slot import Miss

# Which models keep a likeness best when they draw from a reference, by their vendors' own word; then the table's order.
_BEST_LIKENESS = ("gemini-3-pro-image", "gemini-nano-banana-2.1")


class FinishState(StrEnum):
    """Where a finish stands; the last three are final."""

    WAITING = "waiting"
    ASKING = "asking"
    OFFERED = "offered"
    KEPT = "kept"
    DECLINED = "declined"
    MISS = "miss"


UNDER_WAY = frozenset({FinishState.WAITING, FinishState.ASKING})
# While one of these stands there is no other: nothing is paid for twice.
LIVE = UNDER_WAY | {FinishState.OFFERED, FinishState.KEPT}


class FinishWay(StrEnum):
    """How the face grows: an upscaler keeps what is in it, a model draws it again from the original."""

    UPSCALE = "upscale"
    REDRAW = "redraw"


@dataclass(frozen=True)
class Plan:
    """How a face would be finished, by which exact id, for how many dollars at most, and whether that gives 4K."""

    way: FinishWay
    model: str
    price: Decimal
    reaches_4k: bool


@dataclass(frozen=True)
class Finish:
    """One attempt to finish a face, with its lineage; `round_id` is the face's id, `original` its bytes' SHA-256.

    `price` in dollars is reserved, `cost` is what it came to. `prompt` is what a model was told, empty for an upscaler.
    `pair_file` is the picture of both side by side in the thread, `file_id` the finish's own bytes there.
    """

    id: str
    round_id: str
    attempt: int
    way: FinishWay
    model: str
    price: Decimal
    original: str
    prompt: str
    seed: int | None
    asked_by: str
    opened_at: datetime
    state: FinishState = FinishState.WAITING
    asked_at: datetime | None = None
    seconds: float | None = None
    cost: Decimal | None = None
    cost_source: str = ""
    request_id: str = ""
    portrait: Portrait | None = None
    miss: Miss | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    pair_file: str | None = None
    file_id: str | None = None

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def landed(self, portrait: Portrait, charge: Charge, seconds: float, request_id: str = "") -> "Finish":
        """With its picture: kept at once from an upscaler, offered from a model."""
        state = FinishState.KEPT if self.way is FinishWay.UPSCALE else FinishState.OFFERED
        return replace(
            self,
            state=state,
            portrait=portrait,
            seconds=seconds,
            request_id=request_id,
            cost=charge.usd,
            cost_source=charge.source,
        )

    def missed(self, miss: Miss, seconds: float | None = None, told: Decimal | None = None) -> "Finish":
        """Without a picture; what may have been charged is counted as charged, `told` as the vendor told it."""
        source = {"no": "", "maybe": "unknown", "yes": "listed"}[miss.paid]
        cost = self.price if source else Decimal(0)
        if source and told is not None:
            source, cost = "exact", told
        return replace(self, state=FinishState.MISS, miss=miss, seconds=seconds, cost=cost, cost_source=source)


def plan_of(face: Face, catalogue: Catalogue, today: date) -> Plan | None:
    """How `face` is best finished here today; None where it is 4K already or nothing here makes it larger.

    An upscaler first, since it keeps the face; else the model that drew it; else the one that keeps a likeness best.
    What reaches 4K goes before what does not.
    """
    if face.portrait.is_4k:
        return None
    if upscaler := catalogue.upscaler:
        return Plan(FinishWay.UPSCALE, upscaler.id, upscaler.price, reaches_4k=True)
    able = [m for m in catalogue.models if m.references and catalogue.available(m, today)]
    larger = [m for m in able if _largest(m) > face.portrait.long_side]
    if not larger:
        return None
    best = min(larger, key=lambda m: (_largest(m) < FOUR_K_SIDE, m.id != face.model, _likeness(m)))
    return Plan(FinishWay.REDRAW, best.id, best.price(Size.FOUR_K, references=1), _largest(best) >= FOUR_K_SIDE)


def best_likeness(able: Sequence[ModelFacts]) -> ModelFacts | None:
    """Which of the models that take a reference keeps a face best."""
    return min(able, key=_likeness, default=None)


def newest(finishes: tuple[Finish, ...]) -> Finish | None:
    """The last attempt, which is the live one if any is."""
    return max(finishes, key=lambda f: f.attempt, default=None)


def kept(finishes: tuple[Finish, ...]) -> Finish | None:
    """The finish that stands beside the original."""
    return next((f for f in finishes if f.state is FinishState.KEPT), None)


def _largest(model: ModelFacts) -> int:
    """The long side of the model's largest size, in pixels, as its table lists it for 3:4."""
    return max((int(side) for side in re.findall(r"\d+", model.pixels[Size.FOUR_K])), default=0)


def _likeness(model: ModelFacts) -> int:
    return _BEST_LIKENESS.index(model.wire_id) if model.wire_id in _BEST_LIKENESS else len(_BEST_LIKENESS)
