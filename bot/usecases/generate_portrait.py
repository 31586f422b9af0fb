"""Waiting for an account's turn: before anything is written that may mean money, and in sight of everybody."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from time import perf_counter

import structlog

from bot.domain.budget import Charge
from bot.domain.errors import AuthenticationFailed, CircuitOpen, InvalidImage, ModelError, PortraitMissing, RateLimited
from bot.domain.face import Portrait
from bot.domain.ids import original_key, preview_key
from bot.domain.round import Round, RoundState
from bot.domain.slot import Slot, SlotFailure, SlotState
from bot.imaging.pictures import ExaminedImage, examine_in_thread
from bot.ports.clock import Now
from bot.ports.image_models import (
    GenerationRequest,
    GenerationResult,
    ImageModel,
    ModelClients,
    QueuedModel,
    RateLimiters,
    Reservation,
)
from bot.ports.messaging import RoundPublisher
from bot.ports.rounds import GeneratedPortrait, RoundRepository
from bot.ports.storage import Portraits
from bot.telemetry import metrics
from bot.usecases.retries import RetryDelays
from bot.usecases.storage_retry import StorageRetry

_MAX_WAIT_SECONDS = 600.0


class RateLimitWaiter:
    """Lets slots wait, first come, first served. The wait is no part of a round's patience: see Round.patience_ends."""

    def __init__(
        self,
        rate_limiters: RateLimiters,
        rounds: RoundRepository,
        publisher: RoundPublisher,
        now: Now,
        waits: RetryDelays,
    ) -> None:
        self._rate_limiters = rate_limiters
        self._rounds = rounds
        self._publisher = publisher
        self._now = now
        self._waits = waits

    async def wait(self, round_: Round, slot: Slot) -> bool:
        """Wait until the slot's model may be asked; False when the round ended meanwhile.

        Raises Resting while the model is left alone, and RateLimited where the line is longer than ten minutes.
        """
        reservation = self._rate_limiters.rate_limiter(slot.model).join()
        try:
            with metrics.track_rate_limit_wait():
                return await self._wait_for_reservation(reservation, round_, slot)
        finally:
            reservation.release()

    async def _wait_for_reservation(self, reservation: Reservation, round_: Round, slot: Slot) -> bool:
        shown_until: datetime | None = None
        while seconds := _seconds_to_wait(self._rate_limiters, reservation, slot.model):
            shown_until = await self._publish_wait(round_, slot, shown_until, self._now() + timedelta(seconds=seconds))
            await asyncio.sleep(min(seconds, self._waits.rate_limit))
            if (await self._rounds.get(round_.id)).state is RoundState.VOID:
                return False
        return True

    async def _publish_wait(self, round_: Round, slot: Slot, shown_until: datetime | None, until: datetime) -> datetime:
        """Show the wait once, and again only when its end moved by seconds."""
        if shown_until and abs((until - shown_until).total_seconds()) < self._waits.rate_limit:
            return shown_until
        await self._rounds.set_wait_until(slot.id, until)
        self._publisher.schedule_redraw(round_.id)
        return until


async def wait_for_rate_limit(rate_limiters: RateLimiters, model_id: str, waits: RetryDelays) -> None:
    """Wait until a model or upscaler may be asked; raises Resting and RateLimited as `Turns.take` does."""
    reservation = rate_limiters.rate_limiter(model_id).join()
    try:
        with metrics.track_rate_limit_wait():
            while seconds := _seconds_to_wait(rate_limiters, reservation, model_id):  # noqa: ASYNC110 - time alone brings the turn
                await asyncio.sleep(min(seconds, waits.rate_limit))
    finally:
        reservation.release()


def _seconds_to_wait(rate_limiters: RateLimiters, reservation: Reservation, model_id: str) -> float:
    """Seconds until it is this one's turn, 0 for now."""
    if until := rate_limiters.circuit_open_until(model_id):
        raise CircuitOpen(model_id, "resting", retry_at=until)
    seconds = reservation.seconds_left()
    if seconds > _MAX_WAIT_SECONDS:
        raise RateLimited(model_id, "long line", retry_after=seconds)
    return seconds


log = structlog.get_logger()

_MAX_RETRY_WAIT_SECONDS = 30.0

_MAX_BACK_OFF_SECONDS = 300.0

_DEFAULT_RETRY_SECONDS = 5.0  # where a vendor says "too many" without saying until when

_STATES_NUMBERED_AT_ONCE = frozenset({RoundState.VOTING, RoundState.CLOSED})


class PortraitGenerator:
    """Brings slots to their end; `under_way` counts the asks that are out."""

    def __init__(
        self,
        rounds: RoundRepository,
        portraits: Portraits,
        model_clients: ModelClients,
        publisher: RoundPublisher,
        now: Now,
        storage_retry: StorageRetry,
        waits: RetryDelays,
    ) -> None:
        self._rounds = rounds
        self._portraits = portraits
        self._model_clients = model_clients
        self._now = now
        self._check_semaphore = asyncio.Semaphore(1)
        self._rate_limit_waiter = RateLimitWaiter(model_clients, rounds, publisher, now, waits)
        self._storage_retry = storage_retry
        self.in_progress = 0

    async def generate(self, round_: Round, slot: Slot) -> None:
        """A candidate or a typed miss; never asks again for what may have been paid."""
        is_stored = partial(self._portraits.has, original_key(slot.round_id, slot.id))
        if await self._storage_retry.retry_until_stored(round_.id, is_stored):
            await self._record_stored(round_, slot)
        elif slot.provider_job_id:
            await self._generate_with_retry(round_, slot)
        elif round_.state is RoundState.VOID:
            await self._rounds.record_failure(slot.id, SlotFailure("cancelled"), None, None)
        elif slot.state is SlotState.REQUESTED:
            await self._record_failure(round_, slot, SlotFailure("unknown", paid="maybe"), None)
        else:
            await self._generate_with_retry(round_, slot)

    async def _generate_with_retry(self, round_: Round, slot: Slot) -> None:
        """Ask in turn; where the vendor asks for a short patience, wait it out and ask once more."""
        started = perf_counter()
        try:
            for max_wait in (_MAX_RETRY_WAIT_SECONDS, 0.0):
                if not slot.provider_job_id and not await self._wait_until_allowed(round_, slot):
                    await self._rounds.record_failure(slot.id, SlotFailure("cancelled"), None, None)
                    return
                started = perf_counter()
                if await self._attempt(round_, slot, max_wait):
                    return
        except ModelError as error:
            until = error.retry_at if isinstance(error, CircuitOpen) else None
            failure = SlotFailure(error.kind, error.detail, error.paid, until)
            await self._record_failure(round_, slot, failure, perf_counter() - started, error.reported_cost)

    async def _wait_until_allowed(self, round_: Round, slot: Slot) -> bool:
        """Once what comes could be kept, and it is the slot's turn; False when the round ended meanwhile."""
        waited = await self._storage_retry.wait_until_writable(round_.id)
        if waited and (await self._rounds.get(round_.id)).state is RoundState.VOID:
            return False
        return await self._rate_limit_waiter.wait(round_, slot)

    async def _attempt(self, round_: Round, slot: Slot, max_wait: float) -> bool:
        """Write the intent, ask and keep what comes; False where the vendor asks to come again within `patience`.

        What the model is shown is read first: a question that cannot be put together was not asked.
        """
        retry_until_stored = partial(self._storage_retry.retry_until_stored, round_.id)
        try:
            request = await retry_until_stored(partial(self._build_request, round_, slot))
        except PortraitMissing as error:
            await self._storage_retry.notify_lead(round_.id, error)
            await self._record_failure(round_, slot, SlotFailure("portrait_missing"), None)
            return True
        if not slot.provider_job_id and not await retry_until_stored(
            partial(self._rounds.mark_requested, slot.id, self._now())
        ):
            await self._record_failure(round_, slot, SlotFailure("unknown", paid="maybe"), None)
            return True
        started = perf_counter()
        self.in_progress += 1
        try:
            # Without a name here: `_receive` lets go of the bytes once they are stored.
            await self._store_result(slot, await self._request_portrait(slot, request), perf_counter() - started)
        except RateLimited as limit:
            wait = limit.retry_after or _DEFAULT_RETRY_SECONDS
            self._model_clients.rate_limiter(slot.model).back_off(min(wait, _MAX_BACK_OFF_SECONDS))
            if wait > max_wait:
                raise
            await retry_until_stored(
                partial(self._rounds.set_wait_until, slot.id, self._now() + timedelta(seconds=wait))
            )
            return False
        finally:
            self.in_progress -= 1
        return True

    async def _build_request(self, round_: Round, slot: Slot) -> GenerationRequest:
        """Raises PortraitLost; with a ticket the model has seen the references already."""
        references = () if slot.provider_job_id else await self._load_references(round_, slot)
        return GenerationRequest(
            slot.prompt or round_.prompt, round_.brief.aspect, round_.brief.size, slot.seed, references
        )

    async def _request_portrait(self, slot: Slot, request: GenerationRequest) -> GenerationResult:
        """Behind a queue the ticket is kept before anything is waited for; with a ticket nothing is asked any more."""
        model = self._get_model(slot)
        if not isinstance(model, QueuedModel):
            return await model.generate(request)
        provider_job_id = slot.provider_job_id
        if provider_job_id is None:
            provider_job_id = await model.submit(request)
            await self._storage_retry.retry_until_stored(
                slot.round_id, partial(self._rounds.set_provider_job, slot.id, provider_job_id)
            )
        return await model.collect(provider_job_id, request.size)

    async def _load_references(self, round_: Round, slot: Slot) -> tuple[bytes, ...]:
        """The picture whose face is to be kept: for a variation its candidate's original, else the brief's own."""
        source_portrait = next((s.portrait for s in round_.slots if s.id == slot.variation_of_slot_id), None)
        key = source_portrait.key if source_portrait else round_.brief.reference.key if round_.brief.reference else ""
        return (await self._portraits.get(key),) if key else ()

    async def _store_result(self, slot: Slot, result: GenerationResult, seconds: float) -> None:
        """Store what came before it is looked at; raises BadPicture with the price the vendor told for it."""
        key = original_key(slot.round_id, slot.id)
        await self._storage_retry.retry_until_stored(slot.round_id, partial(self._portraits.put, key, result.data))
        result = replace(result, data=b"")  # what is stored is read again when its turn to be examined comes
        try:
            checked = await self._check_stored(slot, result.media_type)
        except InvalidImage as error:
            error.reported_cost = result.reported_cost
            raise
        await self._record_portrait(slot, result, checked, seconds)

    def _get_model(self, slot: Slot) -> ImageModel:
        """The slot's model; raises BadKey, which says nothing of what was ordered while there was an account."""
        try:
            return self._model_clients.model(slot.model)
        except AuthenticationFailed as error:
            error.paid = "maybe" if slot.provider_job_id else "no"
            raise

    async def _record_portrait(
        self, slot: Slot, result: GenerationResult, checked: ExaminedImage, seconds: float
    ) -> None:
        """The row, last of all: a crash before it finds the bytes and does not ask again."""
        retry_until_stored = partial(self._storage_retry.retry_until_stored, slot.round_id)
        await retry_until_stored(partial(self._portraits.put, preview_key(slot.round_id, slot.id), checked.preview))
        portrait = _portrait(slot, checked)
        generated = GeneratedPortrait(slot.id, portrait, result.charge, seconds, result.request_id, result.seed)
        number_in_states = _STATES_NUMBERED_AT_ONCE if slot.is_extra else frozenset({RoundState.CLOSED})
        await retry_until_stored(partial(self._rounds.record_portrait, generated, number_in_states))
        metrics.observe_portrait(slot.model, seconds, result.charge.usd, result.charge.source)

    async def _record_stored(self, round_: Round, slot: Slot) -> None:
        """A portrait stored before a crash; its price is the listed one, since the vendor's answer is gone."""
        seconds = _elapsed_seconds(slot.requested_at, self._now())
        try:
            checked = await self._check_stored(slot)
        except InvalidImage as error:
            await self._record_failure(round_, slot, SlotFailure(error.kind, error.detail, error.paid), seconds)
            return
        result = GenerationResult(
            b"", checked.media_type, Charge(self._listed_price(round_, slot), "listed"), seed=slot.seed
        )
        await self._record_portrait(slot, result, checked, seconds)

    async def _check_stored(self, slot: Slot, claimed: str = "") -> ExaminedImage:
        """What is stored for the slot, checked; one after the other, since a decoded 4K picture fills 70 MB."""
        async with self._check_semaphore:
            data = await self._portraits.get(original_key(slot.round_id, slot.id))
            checked = await examine_in_thread(data, slot.model)
        if claimed and claimed != checked.media_type:
            log.info("media_type_mismatch", model=slot.model, claimed=claimed, found=checked.media_type)
        return checked

    async def _record_failure(
        self,
        round_: Round,
        slot: Slot,
        failure: SlotFailure,
        seconds: float | None,
        reported_cost: Decimal | None = None,
    ) -> None:
        """`told` is what the vendor says it charged, in dollars."""
        charges = {
            "no": None,
            "maybe": Charge(slot.price, "unknown"),
            "yes": Charge(self._listed_price(round_, slot), "listed"),
        }
        charge = (
            charges[failure.paid] if reported_cost is None or failure.paid == "no" else Charge(reported_cost, "exact")
        )
        await self._storage_retry.retry_until_stored(
            round_.id, partial(self._rounds.record_failure, slot.id, failure, charge, seconds)
        )
        metrics.count_slot_failure(failure.kind, failure.paid)

    def _listed_price(self, round_: Round, slot: Slot) -> Decimal:
        """What its model's price list says; what was reserved for a further slot may be more, to name no model."""
        model = next((m for m in self._model_clients.catalogue.models if m.id == slot.model), None)
        if model is None or not slot.is_extra:
            return slot.price
        return min(
            slot.price, model.price(round_.brief.size, 1 if slot.variation_of_slot_id else round_.brief.reference_count)
        )


def _portrait(slot: Slot, checked: ExaminedImage) -> Portrait:
    return Portrait(
        original_key(slot.round_id, slot.id),
        checked.media_type,
        checked.width,
        checked.height,
        checked.length,
        checked.sha256,
        checked.has_content_credentials,
        checked.perceptual_hash,
    )


def _elapsed_seconds(requested_at: datetime | None, now: datetime) -> float:
    return (now - requested_at).total_seconds() if requested_at else 0.0
