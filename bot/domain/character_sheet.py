"""A character sheet: the locked face from other sides and with other expressions, each view drawn from the original.

waiting -> requested -> drawn | failed

Each view may have several attempts; the lead keeps one of them. Who sees them says whether it is the same person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.budget import Charge
from bot.domain.catalogue import Catalogue, ModelSpec, Size
from bot.domain.face import Portrait
from bot.domain.ids import seed_of
from bot.domain.slot import SlotFailure
from bot.domain.upscale import reference_rank

# Smaller faces of a sheet are of no use to video tools; 4K is an option where the model has it.
SHEET_SIZES = (Size.TWO_K, Size.FOUR_K)


class Angle(StrEnum):
    """Where the camera stands. Left and right are those of the picture: where the nose points."""

    FRONT = "front"
    LEFT = "three-quarter-left"
    RIGHT = "three-quarter-right"
    PROFILE = "profile"
    CLOSE_UP = "close-up"


class Expression(StrEnum):
    """The expression of a view; `as_cast` is that of the locked face."""

    AS_CAST = "as-cast"
    NEUTRAL = "neutral"
    SMILE = "smile"
    ANGER = "anger"
    FEAR = "fear"
    SADNESS = "sadness"
    SURPRISE = "surprise"


_ANGLE_TITLES = {
    Angle.FRONT: "Front",
    Angle.LEFT: "Three-quarter left",
    Angle.RIGHT: "Three-quarter right",
    Angle.PROFILE: "Profile",
    Angle.CLOSE_UP: "Close-up",
}


@dataclass(frozen=True, order=True)
class View:
    """One picture of a sheet. Its `key` is part of file names: front, profile, smile, profile-smile."""

    angle: Angle
    expression: Expression = Expression.AS_CAST

    @property
    def key(self) -> str:
        if self.expression is Expression.AS_CAST:
            return self.angle.value
        if self.angle is Angle.FRONT:
            return self.expression.value
        return f"{self.angle.value}-{self.expression.value}"

    @property
    def title(self) -> str:
        """The name that people read: Three-quarter left, Profile: smile."""
        angle = _ANGLE_TITLES[self.angle]
        if self.expression is Expression.AS_CAST:
            return angle
        name = self.expression.value
        return name.capitalize() if self.angle is Angle.FRONT else f"{angle}: {name}"

    @property
    def position(self) -> tuple[int, int]:
        """The place in a sheet: first the angles as cast, then one expression after the other."""
        return list(Expression).index(self.expression), list(Angle).index(self.angle)


ALL_VIEWS: Mapping[str, View] = {
    view.key: view for view in sorted((View(a, e) for a in Angle for e in Expression), key=lambda view: view.position)
}


def views_of(angles: Iterable[Angle], expressions: Iterable[Expression], *, in_every_angle: bool) -> tuple[View, ...]:
    """Return the chosen angles as cast, and each expression from the front or in every chosen angle."""
    chosen = tuple(dict.fromkeys(angles))
    angles_of_expressions = chosen if in_every_angle and chosen else (Angle.FRONT,)
    views = {View(angle) for angle in chosen}
    views |= {View(angle, expression) for angle in angles_of_expressions for expression in expressions}
    return tuple(sorted(views, key=lambda view: view.position))


class SheetViewState(StrEnum):
    """State of an attempt at a view; the last two are final."""

    WAITING = "waiting"
    REQUESTED = "requested"
    DRAWN = "drawn"
    FAILED = "failed"


# In place of the timestamp of a message that someone deleted in Slack: it is not posted again.
MESSAGE_GONE = "gone"
UNDRAWN_STATES = frozenset({SheetViewState.WAITING, SheetViewState.REQUESTED})


@dataclass(frozen=True)
class SheetView:
    """One attempt at one view. `round_id` is the id of the face, so that a re-cast keeps the sheet of its version.

    `price` in dollars is reserved, `cost` is the actual charge. `provider_job_id` fetches the result of a queued model.
    `file_id` is the Slack file that shows the view beside the locked face, `message_ts` the message with it, and
    `digest` what that message shows. `kept_by` is empty until the lead keeps this attempt. `earlier_same` and
    `earlier_drifted` count opinions whose people are not stored any more.
    """

    id: str
    round_id: str
    view: View
    attempt: int
    model: str
    size: Size
    price: Decimal
    original_sha256: str
    prompt: str
    seed: int
    requested_by: str
    opened_at: datetime
    state: SheetViewState = SheetViewState.WAITING
    requested_at: datetime | None = None
    seconds: float | None = None
    cost: Decimal | None = None
    cost_source: str = ""
    request_id: str = ""
    portrait: Portrait | None = None
    failure: SlotFailure | None = None
    asked_by: str = ""
    provider_job_id: str | None = None
    kept_by: str = ""
    kept_at: datetime | None = None
    file_id: str | None = None
    message_ts: str = ""
    digest: str = ""
    earlier_same: int = 0
    earlier_drifted: int = 0

    @property
    def is_in_progress(self) -> bool:
        return self.state in UNDRAWN_STATES

    def with_portrait(self, portrait: Portrait, charge: Charge, seconds: float, request_id: str = "") -> "SheetView":
        return replace(
            self,
            state=SheetViewState.DRAWN,
            portrait=portrait,
            seconds=seconds,
            request_id=request_id,
            cost=charge.usd,
            cost_source=charge.source,
        )

    def with_failure(
        self, failure: SlotFailure, seconds: float | None = None, reported_cost: Decimal | None = None
    ) -> "SheetView":
        """Return the failed attempt. A possible charge counts as charged, by the reported cost where there is one."""
        source, cost = failure.charge(self.price, reported_cost)
        return replace(
            self, state=SheetViewState.FAILED, failure=failure, seconds=seconds, cost=cost, cost_source=source
        )


@dataclass(frozen=True)
class Opinions:
    """How many people say that a view shows the same person, and how many that it has drifted."""

    same: int = 0
    drifted: int = 0


@dataclass(frozen=True)
class Sheet:
    """All attempts at all views of one face, in order of view and attempt, and the opinions by attempt id."""

    attempts: tuple[SheetView, ...] = ()
    opinions: Mapping[str, Opinions] | None = None

    @property
    def is_drawing(self) -> bool:
        return any(attempt.is_in_progress for attempt in self.attempts)

    @property
    def newest(self) -> tuple[SheetView, ...]:
        """The newest attempt at each view."""
        return _last_by_view(self.attempts)

    @property
    def chosen(self) -> tuple[SheetView, ...]:
        """The picture of each view: the kept attempt, else the newest drawn one. A view without a picture is absent."""
        drawn = [attempt for attempt in self.attempts if attempt.state is SheetViewState.DRAWN]
        return _last_by_view([*drawn, *(attempt for attempt in self.attempts if attempt.kept_by)])

    @property
    def missing(self) -> tuple[SheetView, ...]:
        """The failed newest attempts of the views that have no picture."""
        pictured = {attempt.view for attempt in self.chosen}
        return tuple(a for a in self.newest if a.state is SheetViewState.FAILED and a.view not in pictured)

    @property
    def cost(self) -> Decimal:
        return sum((attempt.cost or Decimal(0) for attempt in self.attempts), Decimal(0))

    def by_id(self, attempt_id: str) -> SheetView:
        """Raises KeyError."""
        return {attempt.id: attempt for attempt in self.attempts}[attempt_id]

    def opinions_on(self, attempt: SheetView) -> Opinions:
        return (self.opinions or {}).get(attempt.id, Opinions())

    def next_attempt(self, view: View) -> int:
        return max((attempt.attempt for attempt in self.attempts if attempt.view == view), default=0) + 1


def _last_by_view(attempts: Iterable[SheetView]) -> tuple[SheetView, ...]:
    by_view = {attempt.view: attempt for attempt in attempts}
    return tuple(by_view[view] for view in sorted(by_view, key=lambda view: view.position))


def attempt_id(round_id: str, view: View, attempt: int) -> str:
    return f"{round_id}-sheet-{view.key}-{attempt}"


def seed_of_attempt(round_id: str, view: View, attempt: int) -> int:
    return seed_of(attempt_id(round_id, view, attempt), 0)


def available_sheet_models(catalogue: Catalogue, today: date) -> tuple[ModelSpec, ...]:
    """Return the models that take a reference today; the one that keeps a face best comes first."""
    order = {model.id: position for position, model in enumerate(catalogue.models)}
    taking = [model for model in catalogue.models if model.max_references and catalogue.is_available(model, today)]
    # Models that take a single reference propose a face, they do not turn it (docs/judgement.md).
    return tuple(sorted(taking, key=lambda m: (m.max_references == 1, reference_rank(m), order[m.id])))


def redraw_model(attempt: SheetView, models: Sequence[ModelSpec]) -> ModelSpec | None:
    """Return which of the models would draw a view again: the same one, else the best; None without models."""
    return next((model for model in models if model.id == attempt.model), next(iter(models), None))


def view_price(model: ModelSpec, size: Size) -> Decimal:
    """Return the most that one view costs, in dollars: one call with one reference."""
    return model.price(size, reference_count=1)
