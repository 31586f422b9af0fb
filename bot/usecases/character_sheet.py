"""The character sheet of a face: which views may be drawn and at what price, starting them, opinions and decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.catalogue import ModelSpec, Size
from bot.domain.character_sheet import (
    SHEET_SIZES,
    Sheet,
    SheetView,
    View,
    attempt_id,
    available_sheet_models,
    redraw_model,
    seed_of_attempt,
    view_price,
)
from bot.domain.errors import CannotDrawSheet, NotAvailableHere, PriceIncreased
from bot.domain.face import Face
from bot.domain.prompt import sheet_prompt
from bot.ports.character_sheet import SheetStart
from bot.usecases.access import PermittedUseCase, require_shown

_RESTART_WINDOW = timedelta(days=31)


@dataclass(frozen=True)
class SheetOptions:
    """What a form offers for a face: the models that take references, best first, and the views there are already."""

    face: Face
    sheet: Sheet
    models: tuple[ModelSpec, ...]

    def price(self, views: Sequence[View], model_id: str, size: Size) -> Decimal:
        """Return the most that these views cost, in dollars; raises CannotDrawSheet for another model."""
        return sum((view_price(self.model(model_id), size) for _ in self.open_views(views)), Decimal(0))

    def open_views(self, views: Sequence[View]) -> tuple[View, ...]:
        """Return those of the views that have no picture and are not being drawn."""
        there = {attempt.view for attempt in self.sheet.attempts if attempt.is_in_progress or attempt.portrait}
        return tuple(view for view in views if view not in there)

    def model(self, model_id: str) -> ModelSpec:
        for model in self.models:
            if model.id == model_id:
                return model
        raise CannotDrawSheet("changed", self.face.character)


@dataclass(frozen=True)
class SheetRequest:
    """A submitted form; `shown_price` is in dollars.

    `formed_at` is when it was opened: a view whose attempt was made after that is not started again.
    """

    round_id: str
    person: str
    views: tuple[View, ...]
    model: str
    size: Size
    shown_price: Decimal
    formed_at: datetime


@dataclass(frozen=True)
class SheetListing:
    """A face's sheet for a person who may see it; `keys` maps view keys to the stored originals of the pictures."""

    face: Face
    sheet: Sheet
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CharacterSheets(PermittedUseCase):
    """Starts the views of character sheets, and records what people say and the lead decides."""

    async def options(self, round_id: str, person: str) -> SheetOptions:
        """Return what may be drawn for a face; raises CannotDrawSheet, NotAvailableHere, PermissionDenied."""
        face = await self._face(round_id, person)
        await self.permissions.require_spend(face.place, person)
        models = self._models()
        if not models:
            raise CannotDrawSheet("no_model", face.character)
        return SheetOptions(face, await self.storage.sheets.load(round_id), models)

    async def start(self, request: SheetRequest) -> SheetStart:
        """Reserve and save the views of a form; a repeated submission starts them once.

        Raises CannotDrawSheet, PriceIncreased, OverBudget, and what `options` raises.
        """
        options = await self.options(request.round_id, request.person)
        model = options.model(request.model)
        if not request.views:
            raise CannotDrawSheet("nothing", options.face.character)
        if request.size not in SHEET_SIZES:
            raise CannotDrawSheet("changed", options.face.character)
        price = options.price(request.views, model.id, request.size)
        if price > request.shown_price:
            raise PriceIncreased(price, request.shown_price)
        earlier = Sheet(tuple(a for a in options.sheet.attempts if a.opened_at < request.formed_at))
        pictured = {attempt.view for attempt in options.sheet.attempts if attempt.portrait}
        new = [
            self._new_attempt(options.face, view, earlier.next_attempt(view), model, request.size, request.person)
            for view in request.views
            if view not in pictured
        ]
        return await self._start(options.face, new)

    async def draw_again(self, round_id: str, attempt_id: str, model_id: str, person: str) -> SheetStart:
        """Start one more attempt at a view, with the model whose price the button showed.

        A missing picture may be asked for by everybody who may spend, a drawn one by the lead. A repeated press starts
        it once. Raises KeyError, NotLead, and what `start` raises.
        """
        attempt = await self._attempt(round_id, attempt_id)
        if attempt.portrait:
            await self._require_lead(round_id, person)
        options = await self.options(round_id, person)
        model = self.redraw_model(attempt)
        if model is None or model.id != model_id:
            self.ports.publisher.schedule_redraw(round_id)
            raise CannotDrawSheet("changed", options.face.character)
        new = self._new_attempt(options.face, attempt.view, attempt.attempt + 1, model, attempt.size, person)
        return await self._start(options.face, [new])

    async def enqueue(self, start: SheetStart) -> None:
        """Start the jobs of new attempts; a repeated call does nothing."""
        for attempt in start.created:
            await self.ports.job_queue.start("sheet_view", attempt.id)
        for attempt in start.created[:1]:
            self.ports.publisher.schedule_redraw(attempt.round_id)

    async def give_opinion(
        self, round_id: str, attempt_id: str, person: str, event_ts_us: int, *, same: bool
    ) -> SheetView:
        """Store what a person who may see the face says about a view; the newest press of each person counts.

        Raises KeyError, NotAvailableHere.
        """
        attempt = await self._attempt(round_id, attempt_id)
        await self._face(round_id, person, only_current=False)
        if await self.storage.sheets.set_opinion(attempt_id, person, event_ts_us, same=same):
            self.ports.publisher.schedule_redraw(attempt.round_id)
        return attempt

    async def keep(self, round_id: str, attempt_id: str, person: str) -> SheetView:
        """Keep a drawn attempt as its view's picture, for the lead; raises KeyError, NotLead, NotAvailableHere."""
        attempt = await self._attempt(round_id, attempt_id)
        await self._require_lead(round_id, person)
        if await self.storage.sheets.keep(attempt_id, person, self.ports.now()):
            await self.ports.publisher.redraw_now(attempt.round_id)
        return await self.storage.sheets.get(attempt_id)

    async def list_views(self, round_id: str, person: str) -> SheetListing:
        """Return the sheet of a face, of any version; raises NotAvailableHere, CannotDrawSheet without a face."""
        face = await self._face(round_id, person, only_current=False)
        sheet = await self.storage.sheets.load(round_id)
        keys = {attempt.view.key: attempt.portrait.key for attempt in sheet.chosen if attempt.portrait}
        return SheetListing(face, sheet, keys)

    async def restart_unfinished(self) -> None:
        """Start the jobs of unfinished attempts again: a crash may come between a commit and the start of its job."""
        for id_ in await self.storage.sheets.list_unfinished(self.ports.now() - _RESTART_WINDOW):
            await self.ports.job_queue.start("sheet_view", id_)

    def redraw_model(self, attempt: SheetView) -> ModelSpec | None:
        """Return the model that would draw a view again: the same one, else the best there is now."""
        return redraw_model(attempt, self._models())

    async def _attempt(self, round_id: str, attempt_id: str) -> SheetView:
        """Return an attempt of this face; raises KeyError."""
        attempt = await self.storage.sheets.get(attempt_id)
        if attempt.round_id != round_id:
            raise KeyError(attempt_id)
        return attempt

    def _models(self) -> tuple[ModelSpec, ...]:
        return available_sheet_models(self.ports.catalogue, self.ports.now().date())

    async def _face(self, round_id: str, person: str, *, only_current: bool = True) -> Face:
        face = await self.storage.roster.get_face(round_id)
        if face is None:
            raise CannotDrawSheet("not_cast")
        await require_shown(self.ports, face, person)
        if face.unlocked and only_current:
            raise CannotDrawSheet("unlocked", face.character)
        if face.consent_withdrawn_at and only_current:
            raise CannotDrawSheet("withdrawn", face.character)
        return face

    async def _require_lead(self, round_id: str, person: str) -> None:
        round_ = await self.storage.rounds.get(round_id)
        if not await self.ports.channel_access.can_see(person, round_.place):
            raise NotAvailableHere("unknown")
        await self.permissions.require_lead(round_, person, "sheet")

    async def _start(self, face: Face, new: Sequence[SheetView]) -> SheetStart:
        if not new:
            raise CannotDrawSheet("drawn", face.character)
        return await self.storage.sheets.start(new, self.ports.caps)

    def _new_attempt(self, face: Face, view: View, number: int, model: ModelSpec, size: Size, person: str) -> SheetView:
        return SheetView(
            id=attempt_id(face.round_id, view, number),
            round_id=face.round_id,
            view=view,
            attempt=number,
            model=model.id,
            size=size,
            price=view_price(model, size),
            original_sha256=face.portrait.sha256,
            prompt=sheet_prompt(face.brief, view),
            seed=seed_of_attempt(face.round_id, view, number),
            requested_by=person,
            opened_at=self.ports.now(),
        )
