"""Drawing the views of a character sheet: one call a view, from the original, paid for once, shown in the thread."""

from dataclasses import replace
from functools import partial
from time import perf_counter

from bot.domain.character_sheet import SheetView, SheetViewState
from bot.domain.face import Face
from bot.domain.ids import filename, sheet_page_key
from bot.domain.model_errors import ModelError, RateLimited
from bot.domain.slot import SlotFailure
from bot.imaging.character_sheet import beside_locked_face
from bot.imaging.pictures import run_in_thread
from bot.ports.image_models import GenerationRequest, GenerationResult, QueuedModel
from bot.ports.messaging import Picture
from bot.telemetry import metrics
from bot.usecases.character_sheet_package import sheet_picture
from bot.usecases.face_pictures import FacePictures, Items
from bot.usecases.posted_files import pictures_lease
from bot.usecases.previews import get_preview

_MAX_RETRY_WAIT_SECONDS = 30.0
_MAX_BACK_OFF_SECONDS = 300.0
_DEFAULT_RETRY_SECONDS = 5.0  # after a rate limit without a retry time


class DrawSheetView(FacePictures[SheetView]):
    """Makes attempts at views final, and shows them."""

    @property
    def _items(self) -> Items[SheetView]:
        return self.storage.sheets

    async def draw_sheet_view(self, attempt_id: str) -> None:
        """Make an attempt final: a picture or a failure."""
        await self._make_final(attempt_id)

    async def show_sheet_view(self, attempt_id: str) -> None:
        """Show a final attempt in the thread of the record, and the whole sheet once no view is being drawn.

        Raises SlackUnavailable.
        """
        attempt = await self.storage.sheets.get(attempt_id)
        face = await self._load_face(attempt)
        async with pictures_lease(self.storage, face.round_id):
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

    async def _generate(self, attempt: SheetView) -> SheetView:
        """Return the final attempt; calls the model at most once, and once more after a short rate limit."""
        started = perf_counter()
        try:
            if await self.paid_calls.is_stored(attempt):
                return await self._restore(attempt)
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
        except ModelError as error:
            return self._failed(attempt, error, perf_counter() - started)
        raise AssertionError("the second rate limit is raised")

    async def _attempt(self, attempt: SheetView, max_wait: float) -> SheetView | None:
        """Mark the attempt as requested and call the model; None if it asks to retry within `max_wait` seconds."""
        retry_until_stored = partial(self.storage_retry.retry_until_stored, attempt.round_id)
        if not attempt.provider_job_id:
            await self._wait_until_allowed(attempt)
        request = await retry_until_stored(partial(self._build_request, attempt))
        if not attempt.provider_job_id and not await self._mark_requested(attempt):
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
        return await self._complete(attempt, picture)

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

    def _longest_call(self, attempt: SheetView) -> float:
        return self.ports.model_clients.longest_call(attempt.model, attempt.size)

    async def _beside_locked_face(self, face: Face, attempt: SheetView) -> Picture:
        """Draw the locked face and the view at one crop and size; raises PortraitMissing."""
        aspect = (await self.storage.rounds.get(face.round_id)).brief.aspect
        locked = await get_preview(self.storage.portraits, face.round_id, face.slot_id)
        drawn = await get_preview(self.storage.portraits, face.round_id, attempt.id)
        data = await run_in_thread(beside_locked_face, locked, drawn, aspect)
        name = f"{filename(face.character)}-{face.version}-{attempt.view.key}-{attempt.attempt}-beside-locked.jpg"
        return Picture(data, name, sheet_view=attempt.view.key)
