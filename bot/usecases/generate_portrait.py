"""Generating one portrait: writes the intent, makes the paid call, then writes the row."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from time import perf_counter

import structlog

from bot.domain.budget import Charge, is_recordable
from bot.domain.ids import original_key
from bot.domain.model_errors import AuthenticationFailed, CircuitOpen, InvalidImage, ModelError, RateLimited
from bot.domain.round import Round
from bot.domain.round_state import RoundState
from bot.domain.service_errors import PortraitMissing, StorageUnavailable
from bot.domain.slot import Slot, SlotFailure, SlotState
from bot.ports.image_models import (
    GenerationRequest,
    GenerationResult,
    ImageModel,
    QueuedModel,
)
from bot.ports.rounds import GeneratedPortrait
from bot.telemetry import metrics
from bot.usecases.original_copies import OriginalCopies
from bot.usecases.paid_calls import PaidCalls, PaidPicture, is_shutdown
from bot.usecases.ports import UseCase
from bot.usecases.rate_limits import wait_for_rate_limit
from bot.usecases.round_pictures import RoundPictures
from bot.usecases.storage_retry import StorageRetry

log = structlog.get_logger()

_MAX_RETRY_WAIT_SECONDS = 30.0
_MAX_BACK_OFF_SECONDS = 300.0
_DEFAULT_RETRY_SECONDS = 5.0  # after a rate limit without a retry time
_STATES_NUMBERED_AT_ONCE = frozenset({RoundState.VOTING, RoundState.CLOSED})


@dataclass(frozen=True, slots=True)
class PortraitGenerator(UseCase):
    """Makes slots final."""

    storage_retry: StorageRetry
    paid_calls: PaidCalls
    round_pictures: RoundPictures
    originals: OriginalCopies

    async def generate(self, round_: Round, slot: Slot) -> None:
        """Make a slot a candidate or a failure; never repeats a call that may have been paid for.

        An error that nothing else handles ends the slot as well, and the lead is notified. Raises StorageUnavailable.
        """
        try:
            await self._generate(round_, slot)
        except StorageUnavailable:
            raise
        except Exception as error:
            if is_shutdown(error):
                raise
            log.exception("slot_failed_unexpectedly", slot=slot.id, model=slot.model)
            await self._give_up(round_.id, slot.id)
            await self.storage_retry.notify_lead(round_.id, error)

    async def _give_up(self, round_id: str, slot_id: str) -> None:
        """Fail the slot; the call may have been charged from the moment it was marked as requested."""
        round_ = await self.storage.rounds.get(round_id)
        slot = next(s for s in round_.slots if s.id == slot_id)
        was_called = slot.state is SlotState.REQUESTED or slot.provider_job_id
        await self._record_failure(round_, slot, SlotFailure("unexpected", paid="maybe" if was_called else "no"), None)

    async def _generate(self, round_: Round, slot: Slot) -> None:
        if slot.copy_of_slot_id:
            await self.originals.copy(round_, slot)
        elif slot.provider_job_id and not await self.paid_calls.is_stored(slot):
            await self._generate_with_retry(round_, slot)
        elif slot.state is SlotState.REQUESTED:
            await self._end_other_call(round_, slot)
        elif await self.paid_calls.is_stored(slot):
            await self._record_stored(round_, slot)
        elif round_.state is RoundState.VOID:
            await self.storage.slots.record_failure(slot.id, SlotFailure("cancelled"), None, None)
        else:
            await self._generate_with_retry(round_, slot)

    async def _end_other_call(self, round_: Round, slot: Slot) -> None:
        """Make a slot final that another call has requested: of another process, or before a crash of this one."""
        longest = self.ports.model_clients.longest_call(slot.model, round_.brief.size)

        async def is_final() -> bool:
            stored = await self.storage.rounds.get(round_.id)
            return next(s for s in stored.slots if s.id == slot.id).is_final

        outcome = await self.paid_calls.wait_for_other_call(slot, longest, is_final)
        if outcome == "stored":
            await self._record_stored(round_, slot)
        elif outcome == "unknown":
            await self._record_failure(round_, slot, SlotFailure("unknown", paid="maybe"), None)

    async def _generate_with_retry(self, round_: Round, slot: Slot) -> None:
        """Call the model. After a short rate limit of the provider, wait and call once more."""
        started = perf_counter()
        try:
            for max_wait in (_MAX_RETRY_WAIT_SECONDS, 0.0):
                if not slot.provider_job_id and not await self._wait_until_allowed(round_, slot):
                    await self.storage.slots.record_failure(slot.id, SlotFailure("cancelled"), None, None)
                    return
                started = perf_counter()
                if await self._attempt(round_, slot, max_wait):
                    return
        except ModelError as error:
            until = error.retry_at if isinstance(error, CircuitOpen) else None
            failure = SlotFailure(error.kind, error.detail, error.paid, until)
            await self._record_failure(round_, slot, failure, perf_counter() - started, error.reported_cost)

    async def _wait_until_allowed(self, round_: Round, slot: Slot) -> bool:
        """Wait until storage is writable and the rate limit allows a call; False if the round was voided meanwhile."""
        waited = await self.storage_retry.wait_until_writable(round_.id)
        if waited and (await self.storage.rounds.get(round_.id)).state is RoundState.VOID:
            return False
        return await self._wait_for_rate_limit(round_, slot)

    async def _wait_for_rate_limit(self, round_: Round, slot: Slot) -> bool:
        """Wait until the slot's model may be called; False when the round was voided meanwhile.

        The round message shows the end of the wait, and shows it again only when it moved by seconds.
        """
        shown_until: datetime | None = None

        async def pause(seconds: float) -> bool:
            nonlocal shown_until
            until = self.ports.now() + timedelta(seconds=seconds)
            if shown_until is None or abs((until - shown_until).total_seconds()) >= self.ports.waits.rate_limit:
                await self.storage.slots.set_wait_until(slot.id, until)
                self.ports.publisher.schedule_redraw(round_.id)
                shown_until = until
            await asyncio.sleep(min(seconds, self.ports.waits.rate_limit))
            return (await self.storage.rounds.get(round_.id)).state is not RoundState.VOID

        return await wait_for_rate_limit(self.ports.model_clients, slot.model, pause)

    async def _attempt(self, round_: Round, slot: Slot, max_wait: float) -> bool:
        """Mark the slot as requested, call the model and store the result.

        Returns False if the provider asks to retry within `max_wait` seconds. Reads the references first, because a
        request that cannot be built was not sent.
        """
        retry_until_stored = partial(self.storage_retry.retry_until_stored, round_.id)
        try:
            round_ = await self._copy_original_of(round_, slot)
            request = await retry_until_stored(partial(self._build_request, round_, slot))
        except PortraitMissing as error:
            await self.storage_retry.notify_lead(round_.id, error)
            await self._record_failure(round_, slot, SlotFailure("portrait_missing"), None)
            return True
        mark_requested = partial(
            self.storage.slots.mark_requested, slot.id, self.ports.now(), self.paid_calls.name_call()
        )
        if not slot.provider_job_id and not await retry_until_stored(mark_requested):
            await self._end_other_call(round_, replace(slot, requested_at=self.ports.now()))
            return True
        try:
            with self.paid_calls.in_flight():
                picture = await self.paid_calls.call_without_preview(
                    slot, partial(self._request_portrait, slot, request), partial(self.round_pictures.add_picture, slot)
                )
                await asyncio.gather(self.paid_calls.store_preview(slot, picture), self._record_portrait(slot, picture))
        except RateLimited as limit:
            wait = limit.retry_after or _DEFAULT_RETRY_SECONDS
            rate_limiter = self.ports.model_clients.rate_limiter(slot.model)
            await retry_until_stored(partial(rate_limiter.back_off, min(wait, _MAX_BACK_OFF_SECONDS)))
            if wait > max_wait or limit.paid != "no":
                raise
            await retry_until_stored(
                partial(self.storage.slots.set_wait_until, slot.id, self.ports.now() + timedelta(seconds=wait))
            )
            return False
        return True

    async def _copy_original_of(self, round_: Round, slot: Slot) -> Round:
        """Copy the original that a view is drawn from, unless it is there; return the round with it."""
        original = next((s for s in round_.slots if s.id == slot.variation_of_slot_id), None)
        if original is None or not original.copy_of_slot_id or original.is_final:
            return round_
        await self.originals.copy(round_, original)
        return await self.storage.rounds.get(round_.id)

    async def _build_request(self, round_: Round, slot: Slot) -> GenerationRequest:
        """Build the request; raises PortraitMissing. A submitted job has the references already."""
        references = () if slot.provider_job_id else await self._load_references(round_, slot)
        return GenerationRequest(
            slot.prompt or round_.prompt, round_.brief.aspect, round_.brief.size, slot.seed, references
        )

    async def _request_portrait(self, slot: Slot, request: GenerationRequest) -> GenerationResult:
        """Call the model. With a queue, store the job id before waiting; a known job is only collected."""
        model = self._get_model(slot)
        if not isinstance(model, QueuedModel):
            return await model.generate(request)
        provider_job_id = slot.provider_job_id
        if provider_job_id is None:
            provider_job_id = await model.submit(request)
            await self.storage_retry.retry_until_stored(
                slot.round_id, partial(self.storage.slots.set_provider_job, slot.id, provider_job_id)
            )
        return await model.collect(provider_job_id, request.size)

    async def _load_references(self, round_: Round, slot: Slot) -> tuple[bytes, ...]:
        """Load the original of the varied candidate, or else the reference picture of the brief."""
        source = next((s for s in round_.slots if s.id == slot.variation_of_slot_id), None)
        if source and not source.portrait and source.copy_of_slot_id:
            raise PortraitMissing(original_key(round_.id, source.id))
        source_portrait = source.portrait if source else None
        key = source_portrait.key if source_portrait else round_.brief.reference.key if round_.brief.reference else ""
        return (await self.storage.portraits.get(key),) if key else ()

    def _get_model(self, slot: Slot) -> ImageModel:
        """Return the slot's model; raises AuthenticationFailed.

        Without an account the state of a submitted job is unknown, so it may be paid for.
        """
        try:
            return self.ports.model_clients.model(slot.model)
        except AuthenticationFailed as error:
            error.paid = "maybe" if slot.provider_job_id else "no"
            raise

    async def _record_portrait(self, slot: Slot, picture: PaidPicture) -> None:
        """Write the row last: after a crash before it, the stored bytes are found and the model is not called again."""
        portrait = picture.examined.to_portrait(original_key(slot.round_id, slot.id), picture.credentials)
        generated = GeneratedPortrait(
            slot.id, portrait, picture.charge, picture.seconds, picture.request_id, picture.seed
        )
        number_in_states = _STATES_NUMBERED_AT_ONCE if slot.is_extra else frozenset({RoundState.CLOSED})
        if slot.situation:
            number_in_states = frozenset()
        await self.storage_retry.retry_until_stored(
            slot.round_id, partial(self.storage.slots.record_portrait, generated, number_in_states)
        )
        metrics.observe_portrait(slot.model, picture.seconds, picture.charge.usd, picture.charge.source)

    async def _record_stored(self, round_: Round, slot: Slot) -> None:
        """Record a portrait that was stored before a crash."""
        try:
            picture = await self.paid_calls.restore(slot, self._listed_price(round_, slot))
        except InvalidImage as error:
            await self._record_failure(round_, slot, SlotFailure(error.kind, error.detail, error.paid), None)
            return
        await self._record_portrait(slot, replace(picture, seed=slot.seed))

    async def _record_failure(
        self,
        round_: Round,
        slot: Slot,
        failure: SlotFailure,
        seconds: float | None,
        reported_cost: Decimal | None = None,
    ) -> None:
        """Record a failure; `reported_cost` is the charge in dollars that the provider reported."""
        charges = {
            "no": None,
            "maybe": Charge(slot.price, "unknown"),
            "yes": Charge(self._listed_price(round_, slot), "listed"),
        }
        charge = (
            charges[failure.paid]
            if reported_cost is None or failure.paid == "no" or not is_recordable(reported_cost)
            else Charge(reported_cost, "exact")
        )
        await self.storage_retry.retry_until_stored(
            round_.id, partial(self.storage.slots.record_failure, slot.id, failure, charge, seconds)
        )
        metrics.slot_failures.labels(failure.kind, failure.paid).inc()

    def _listed_price(self, round_: Round, slot: Slot) -> Decimal:
        """Return the price of the model's price list.

        The reservation of an extra slot can be higher, to hide the model.
        """
        model = next((m for m in self.ports.model_clients.catalogue.models if m.id == slot.model), None)
        if model is None or not slot.is_extra:
            return slot.price
        return min(
            slot.price, model.price(round_.brief.size, 1 if slot.variation_of_slot_id else round_.brief.reference_count)
        )
