"""Drawing the views of a character sheet: one call a view, from the original, paid for once, shown in the thread."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

import structlog

from bot.domain.budget import is_recordable
from bot.domain.character_sheet import SheetView, SheetViewState
from bot.domain.face import Face
from bot.domain.ids import filename, original_key, sheet_page_key
from bot.domain.model_errors import ModelError, RateLimited
from bot.domain.service_errors import PortraitMissing, StorageUnavailable
from bot.domain.slot import SlotFailure
from bot.imaging.character_sheet import beside_locked_face
from bot.imaging.pictures import run_in_thread
from bot.ports.image_models import GenerationRequest, GenerationResult, QueuedModel
from bot.ports.messaging import Picture
from bot.telemetry import metrics
from bot.usecases.character_sheet_package import sheet_picture
from bot.usecases.paid_calls import PaidCalls, PaidPicture, is_shutdown
from bot.usecases.ports import UseCase
from bot.usecases.previews import get_preview
from bot.usecases.rate_limits import wait_for_rate_limit
from bot.usecases.storage_retry import StorageRetry

log = structlog.get_logger()

_MAX_RETRY_WAIT_SECONDS = 30.0
_MAX_BACK_OFF_SECONDS = 300.0
_DEFAULT_RETRY_SECONDS = 5.0  # after a rate limit without a retry time


@dataclass(frozen=True, slots=True)
class DrawSheetView(UseCase):
    """Makes attempts at views final, and shows them."""

    storage_retry: StorageRetry
    paid_calls: PaidCalls

    async def draw_sheet_view(self, attempt_id: str) -> None:
        """Make an attempt final: a picture or a failure. Never repeats a call that may have been paid for.

        An error that nothing else handles ends the attempt as well, and the lead is notified.
        """
        attempt = await self.storage.sheets.get(attempt_id)
        if not attempt.is_in_progress:
            return
        with self.paid_calls.in_flight():
            await self._draw(attempt)
        self.ports.publisher.schedule_redraw(attempt.round_id)

    async def show_sheet_view(self, attempt_id: str) -> None:
        """Show a final attempt in the thread of the record, and the whole sheet once no view is being drawn.

        Raises SlackUnavailable.
        """
        attempt = await self.storage.sheets.get(attempt_id)
        face = await self._load_face(attempt)
        async with self.storage.replicas.lease(f"pictures:{face.round_id}"):
            is_hidden = (await self.storage.rounds.get(face.round_id)).is_face_hidden
            if attempt.portrait and attempt.file_id is None and not is_hidden:
                picture = await self._beside_locked_face(face, attempt)
                file_id = await self.ports.publisher.upload_unshared(face.round_id, picture)
                await self.storage.sheets.set_file(attempt.id, file_id)
            await self.ports.publisher.show_sheet_view(face.round_id, attempt.id)
            sheet = await self.storage.sheets.load(face.round_id)
            if sheet.chosen and not sheet.is_drawing and not is_hidden:
                picture = await sheet_picture(face, sheet, self.ports)
                files = await self.ports.publisher.upload_pictures(face.round_id, [picture])
                key = sheet_page_key(face.round_id)
                earlier = await self.storage.rounds.get_upload(key)
                await self.storage.rounds.set_upload(key, tuple(dict.fromkeys((*earlier, *files))))
        await self.ports.publisher.redraw_now(face.round_id)

    async def _draw(self, attempt: SheetView) -> None:
        unexpected: Exception | None = None
        try:
            final = await self._generate(attempt)
        except StorageUnavailable:
            raise
        except Exception as error:
            if is_shutdown(error):
                raise
            log.exception("sheet_view_failed_unexpectedly", view=attempt.id, model=attempt.model)
            final, unexpected = await self._give_up(attempt.id), error
        await self.storage_retry.retry_until_stored(attempt.round_id, partial(self.storage.sheets.record_result, final))
        if unexpected:
            await self.storage_retry.notify_lead(attempt.round_id, unexpected)

    async def _give_up(self, attempt_id: str) -> SheetView:
        """Return the failed attempt; it may have been charged from the moment it was marked as requested."""
        attempt = await self.storage.sheets.get(attempt_id)
        was_called = attempt.state is SheetViewState.REQUESTED
        return attempt.with_failure(SlotFailure("unexpected", paid="maybe" if was_called else "no"))

    async def _generate(self, attempt: SheetView) -> SheetView:
        """Return the final attempt; calls the model at most once, and once more after a short rate limit."""
        started = perf_counter()
        try:
            if await self.paid_calls.is_stored(attempt):
                return self._complete(attempt, await self.paid_calls.restore(attempt, attempt.price))
            if attempt.state is SheetViewState.REQUESTED and not attempt.provider_job_id:
                return await self._end_other_call(attempt)
            if (await self._load_face(attempt)).consent_withdrawn_at:
                return attempt.with_failure(SlotFailure("consent_withdrawn"))
            for max_wait in (_MAX_RETRY_WAIT_SECONDS, 0.0):
                started = perf_counter()
                if final := await self._attempt(attempt, max_wait):
                    return final
                # A queue may have accepted the job before it had too many requests.
                attempt = await self.storage.sheets.get(attempt.id)
        except PortraitMissing as error:
            await self.storage_retry.notify_lead(attempt.round_id, error)
            return attempt.with_failure(SlotFailure("portrait_missing"))
        except ModelError as error:
            metrics.slot_failures.labels(error.kind, error.paid).inc()
            cost = error.reported_cost
            return attempt.with_failure(
                SlotFailure(error.kind, error.detail, error.paid),
                perf_counter() - started,
                cost if cost is not None and is_recordable(cost) else None,
            )
        raise AssertionError("the second rate limit is raised")

    async def _attempt(self, attempt: SheetView, max_wait: float) -> SheetView | None:
        """Mark the attempt as requested and call the model; None if it asks to retry within `max_wait` seconds."""
        retry_until_stored = partial(self.storage_retry.retry_until_stored, attempt.round_id)
        if not attempt.provider_job_id:
            await self.storage_retry.wait_until_writable(attempt.round_id)
            await wait_for_rate_limit(self.ports.model_clients, attempt.model, self._pause)
        request = await retry_until_stored(partial(self._build_request, attempt))
        mark_requested = partial(
            self.storage.sheets.mark_requested, attempt.id, self.ports.now(), self.paid_calls.name_call()
        )
        if not attempt.provider_job_id and not await retry_until_stored(mark_requested):
            return await self._end_other_call(replace(attempt, requested_at=self.ports.now()))
        try:
            picture = await self.paid_calls.call(attempt, partial(self._request, attempt, request))
        except RateLimited as limit:
            wait = limit.retry_after or _DEFAULT_RETRY_SECONDS
            rate_limiter = self.ports.model_clients.rate_limiter(attempt.model)
            await retry_until_stored(partial(rate_limiter.back_off, min(wait, _MAX_BACK_OFF_SECONDS)))
            if wait > max_wait or limit.paid != "no":
                raise
            await retry_until_stored(partial(self.storage.sheets.mark_waiting, attempt.id))
            return None
        metrics.observe_portrait(attempt.model, picture.seconds, picture.charge.usd, picture.charge.source)
        return self._complete(attempt, picture)

    async def _build_request(self, attempt: SheetView) -> GenerationRequest:
        """Build the request from the face's original; raises PortraitMissing. A submitted job has it already."""
        round_ = await self.storage.rounds.get(attempt.round_id)
        face = await self._load_face(attempt)
        has_job = bool(attempt.provider_job_id)
        references = () if has_job else (await self.storage.portraits.get(face.portrait.key),)
        return GenerationRequest(attempt.prompt, round_.brief.aspect, attempt.size, attempt.seed, references)

    async def _request(self, attempt: SheetView, request: GenerationRequest) -> GenerationResult:
        """Call the model. With a queue, store the job id before waiting; a known job is only collected."""
        model = self.ports.model_clients.model(attempt.model)
        if not isinstance(model, QueuedModel):
            return await model.generate(request)
        provider_job_id = attempt.provider_job_id
        if provider_job_id is None:
            provider_job_id = await model.submit(request)
            await self.storage_retry.retry_until_stored(
                attempt.round_id,
                partial(self.storage.sheets.set_provider_job, attempt.id, provider_job_id),
            )
        return await model.collect(provider_job_id, request.size)

    async def _end_other_call(self, attempt: SheetView) -> SheetView:
        """Return the final attempt that another call has requested: of another process, or before a crash."""
        longest = self.ports.model_clients.longest_call(attempt.model, attempt.size)

        async def is_final() -> bool:
            return not (await self.storage.sheets.get(attempt.id)).is_in_progress

        outcome = await self.paid_calls.wait_for_other_call(attempt, longest, is_final)
        if outcome == "final":
            return await self.storage.sheets.get(attempt.id)
        if outcome == "stored":
            return self._complete(attempt, await self.paid_calls.restore(attempt, attempt.price))
        return attempt.with_failure(SlotFailure("unknown", paid="maybe"))

    async def _pause(self, seconds: float) -> bool:
        await asyncio.sleep(min(seconds, self.ports.waits.rate_limit))
        return True

    def _complete(self, attempt: SheetView, picture: PaidPicture) -> SheetView:
        portrait = picture.examined.to_portrait(original_key(attempt.round_id, attempt.id), picture.credentials)
        completed = attempt.with_portrait(portrait, picture.charge, picture.seconds, picture.request_id)
        return replace(completed, seed=attempt.seed if picture.seed is None else picture.seed)

    async def _beside_locked_face(self, face: Face, attempt: SheetView) -> Picture:
        """Draw the locked face and the view at one crop and size; raises PortraitMissing."""
        aspect = (await self.storage.rounds.get(face.round_id)).brief.aspect
        locked = await get_preview(self.storage.portraits, face.round_id, face.slot_id)
        drawn = await get_preview(self.storage.portraits, face.round_id, attempt.id)
        data = await run_in_thread(beside_locked_face, locked, drawn, aspect)
        name = f"{filename(face.character)}-{face.version}-{attempt.view.key}-{attempt.attempt}-beside-locked.jpg"
        return Picture(data, name, sheet_view=attempt.view.key)

    async def _load_face(self, attempt: SheetView) -> Face:
        face = await self.storage.roster.get_face(attempt.round_id)
        assert face
        return face
