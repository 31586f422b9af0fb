"""Finishing: the locked face at 4K, asked for by a press, paid for once, kept beside its original."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter

from bot.domain.budget import Caps, Charge
from bot.domain.catalogue import Catalogue, Size
from bot.domain.errors import CannotUpscale, InvalidImage, ModelError, NotAvailableHere, PortraitMissing
from bot.domain.face import Face, Portrait
from bot.domain.ids import FILE_EXTENSIONS, filename, original_key, preview_key, seed_of
from bot.domain.prompt import upscale_prompt
from bot.domain.slot import SlotFailure
from bot.domain.upscale import Upscale, UpscaleMethod, UpscalePlan, UpscaleState, latest_upscale, plan_upscale
from bot.imaging.pictures import ExaminedImage, examine_in_thread, run_in_thread, side_by_side
from bot.ports.clock import Now
from bot.ports.image_models import GenerationRequest, GenerationResult, ModelClients
from bot.ports.jobs import JobQueue
from bot.ports.ledger import UpscaleRepository, UpscaleStart
from bot.ports.messaging import ChannelAccess, Picture, RoundPublisher
from bot.ports.roster import Roster
from bot.ports.rounds import RoundRepository
from bot.ports.storage import Portraits
from bot.telemetry import metrics
from bot.usecases.access import Permissions
from bot.usecases.generate_portrait import wait_for_rate_limit
from bot.usecases.previews import get_preview
from bot.usecases.retries import RetryDelays
from bot.usecases.storage_retry import StorageRetry

_RESTART_WINDOW = timedelta(days=31)


class StartUpscale:
    """What people decide about finishes."""

    def __init__(
        self,
        rounds: RoundRepository,
        roster: Roster,
        upscales: UpscaleRepository,
        publisher: RoundPublisher,
        job_queue: JobQueue,
        channel_access: ChannelAccess,
        catalogue: Catalogue,
        caps: Caps,
        now: Now,
        permissions: Permissions,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._upscales = upscales
        self._publisher = publisher
        self._job_queue = job_queue
        self._channel_access = channel_access
        self._catalogue = catalogue
        self._caps = caps
        self._now = now
        self._permissions = permissions

    async def reserve(self, round_id: str, attempt: int, expected_model: str, person: str) -> UpscaleStart:
        """Reserve and save a finish; pressed twice, or by two, it is begun once.

        `attempt` and `seen` (the exact id) are what the pressed button offered. Anybody who may see the face may ask.
        Raises NotHere, Barred, CannotFinish, OverBudget.
        """
        face = await self._face(round_id, person)
        await self._permissions.require_spend(face.place, person)
        latest = latest_upscale(await self._upscales.list_for_face(round_id))
        if latest and (latest.is_live or attempt <= latest.attempt):
            return UpscaleStart(latest, created=False)
        plan = plan_upscale(face, self._catalogue, self._now().date())
        if plan is None:
            raise CannotUpscale("no_way", face.character)
        if plan.model != expected_model:
            self._publisher.schedule_redraw(round_id)
            raise CannotUpscale("changed", face.character)
        return await self._upscales.start(self._new_upscale(face, plan, attempt, person), self._caps)

    async def enqueue(self, upscale: Upscale) -> None:
        """Start the finish's durable work; called again it does nothing."""
        await self._job_queue.start("upscale", upscale.id)
        self._publisher.schedule_redraw(upscale.round_id)

    async def decide(self, round_id: str, upscale_id: str, person: str, *, keep: bool) -> Upscale:
        """The lead keeps an offered finish beside the original, or the original alone; the first press counts.

        Raises NotYours, and KeyError for a finish that is not of this round.
        """
        await self._permissions.require_lead(await self._rounds.get(round_id), person, "upscale")
        if upscale_id not in {upscale.id for upscale in await self._upscales.list_for_face(round_id)}:
            raise KeyError(upscale_id)
        if await self._upscales.decide(upscale_id, person, self._now(), keep=keep):
            await self._publisher.redraw_now(round_id)
        return await self._upscales.get(upscale_id)

    async def restart_unfinished(self) -> None:
        """Start again whatever should be at work and is not: a crash may hang between a commit and its errand."""
        for upscale_id in await self._upscales.list_unfinished(self._now() - _RESTART_WINDOW):
            await self._job_queue.start("upscale", upscale_id)

    async def _face(self, round_id: str, person: str) -> Face:
        face = await self._roster.get_face(round_id)
        if face is None:
            raise CannotUpscale("not_cast")
        if not await self._channel_access.can_see(person, face.place):
            raise NotAvailableHere("unknown")
        if face.unlocked:
            raise CannotUpscale("unlocked", face.character)
        return face

    def _new_upscale(self, face: Face, plan: UpscalePlan, attempt: int, person: str) -> Upscale:
        upscale_id = f"{face.round_id}-f{attempt}"
        is_redraw = plan.method is UpscaleMethod.REDRAW
        return Upscale(
            id=upscale_id,
            round_id=face.round_id,
            attempt=attempt,
            method=plan.method,
            model=plan.model,
            price=plan.price,
            original_sha256=face.portrait.sha256,
            prompt=upscale_prompt(face.prompt) if is_redraw else "",
            seed=seed_of(upscale_id, 0) if is_redraw else None,
            requested_by=person,
            opened_at=self._now(),
        )


class RunUpscale:
    """Makes finishes."""

    def __init__(
        self,
        rounds: RoundRepository,
        roster: Roster,
        upscales: UpscaleRepository,
        portraits: Portraits,
        model_clients: ModelClients,
        publisher: RoundPublisher,
        now: Now,
        storage_retry: StorageRetry,
        waits: RetryDelays,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._upscales = upscales
        self._portraits = portraits
        self._model_clients = model_clients
        self._publisher = publisher
        self._now = now
        self._storage_retry = storage_retry
        self._waits = waits
        self.in_progress = 0

    async def run(self, upscale_id: str) -> None:
        """Bring a finish to its end: a picture or a typed miss. Never asks again for what may have been paid."""
        upscale = await self._upscales.get(upscale_id)
        if not upscale.is_in_progress:
            return
        self.in_progress += 1
        try:
            completed = await self._generate(upscale)
            await self._storage_retry.retry_until_stored(
                upscale.round_id, partial(self._upscales.record_result, completed)
            )
        finally:
            self.in_progress -= 1
        self._publisher.schedule_redraw(upscale.round_id)

    async def publish(self, upscale_id: str) -> None:
        """Hang what the thread does not show yet, then draw the record."""
        upscale = await self._upscales.get(upscale_id)
        if upscale.portrait and upscale.file_id is None:
            face = await self._load_face(upscale)
            is_redraw = upscale.method is UpscaleMethod.REDRAW
            pair_file = (
                await self._publisher.upload_sheet(face.round_id, await self._side_by_side(face, upscale))
                if is_redraw
                else None
            )
            (file_id,) = await self._publisher.upload_pictures(
                face.round_id, [await self._upscaled_picture(face, upscale)]
            )
            await self._upscales.set_files(upscale.id, pair_file, file_id)
        await self._publisher.redraw_now(upscale.round_id)

    async def _generate(self, upscale: Upscale) -> Upscale:
        is_stored = partial(self._portraits.has, original_key(upscale.round_id, upscale.id))
        if await self._storage_retry.retry_until_stored(upscale.round_id, is_stored):
            return await self._restore(upscale)
        if upscale.state is UpscaleState.REQUESTED:
            return upscale.with_failure(SlotFailure("unknown", paid="maybe"))
        started = perf_counter()
        try:
            await self._storage_retry.wait_until_writable(upscale.round_id)
            await wait_for_rate_limit(self._model_clients, upscale.model, self._waits)
            original = await self._storage_retry.retry_until_stored(
                upscale.round_id, partial(self._load_original, upscale)
            )
            mark_requested = partial(self._upscales.mark_requested, upscale.id, self._now())
            if not await self._storage_retry.retry_until_stored(upscale.round_id, mark_requested):
                return upscale.with_failure(SlotFailure("unknown", paid="maybe"))
            started = perf_counter()
            result = await self._request(upscale, original)
            completed = await self._store_with_cost(upscale, result, perf_counter() - started)
        except PortraitMissing as error:
            await self._storage_retry.notify_lead(upscale.round_id, error)
            return upscale.with_failure(SlotFailure("portrait_missing"))
        except ModelError as error:
            metrics.count_slot_failure(error.kind, error.paid)
            failure = SlotFailure(error.kind, error.detail, error.paid)
            return upscale.with_failure(failure, perf_counter() - started, error.reported_cost)
        metrics.observe_portrait(upscale.model, perf_counter() - started, result.charge.usd, result.charge.source)
        return completed

    async def _load_original(self, upscale: Upscale) -> bytes:
        """The face's own bytes; raises PortraitLost."""
        return await self._portraits.get((await self._load_face(upscale)).portrait.key)

    async def _request(self, upscale: Upscale, original: bytes) -> GenerationResult:
        if upscale.method is UpscaleMethod.UPSCALER:
            return await self._model_clients.upscaler(upscale.model).upscale(original)
        aspect = (await self._rounds.get(upscale.round_id)).brief.aspect
        request = GenerationRequest(upscale.prompt, aspect, Size.FOUR_K, upscale.seed or 0, (original,))
        return await self._model_clients.model(upscale.model).generate(request)

    async def _store_with_cost(self, upscale: Upscale, result: GenerationResult, seconds: float) -> Upscale:
        """Landed; raises BadPicture with the price the vendor told for it."""
        try:
            return await self._store(upscale, result, seconds)
        except InvalidImage as error:
            error.reported_cost = result.reported_cost
            raise

    async def _store(self, upscale: Upscale, result: GenerationResult, seconds: float) -> Upscale:
        """Bytes first, row second: a crash between the two finds the bytes and does not ask again."""
        checked = await examine_in_thread(result.data, upscale.model)
        if max(checked.width, checked.height) <= (await self._load_face(upscale)).portrait.long_side:
            raise InvalidImage(upscale.model, f"not larger: {checked.width} x {checked.height}", "yes")
        pictures = {preview_key: checked.preview, original_key: result.data}
        for key, data in pictures.items():
            store = partial(self._portraits.put, key(upscale.round_id, upscale.id), data)
            await self._storage_retry.retry_until_stored(upscale.round_id, store)
        completed = upscale.with_portrait(
            _portrait(upscale, result.data, checked), result.charge, seconds, result.request_id
        )
        return replace(completed, seed=upscale.seed if result.seed is None else result.seed)

    async def _restore(self, upscale: Upscale) -> Upscale:
        """A picture stored before a crash; its price is the listed one, since the vendor's answer is gone."""
        data = await self._portraits.get(original_key(upscale.round_id, upscale.id))
        result = GenerationResult(data, "", Charge(upscale.price, "listed"))
        return await self._store(upscale, result, _elapsed_seconds(upscale.requested_at, self._now()))

    async def _side_by_side(self, face: Face, upscale: Upscale) -> Picture:
        original = await get_preview(self._portraits, face.round_id, face.slot_id)
        upscaled = await get_preview(self._portraits, upscale.round_id, upscale.id)
        aspect = (await self._rounds.get(face.round_id)).brief.aspect
        name = f"{filename(face.character)}-{upscale.attempt}-beside-original.jpg"
        return Picture(await run_in_thread(side_by_side, original, upscaled, aspect), name, upscale_kind="pair")

    async def _upscaled_picture(self, face: Face, upscale: Upscale) -> Picture:
        """The finish's bytes as they came, named for what they are."""
        portrait = upscale.portrait
        assert portrait
        name = f"{filename(face.character)}-{portrait.width}x{portrait.height}.{FILE_EXTENSIONS[portrait.media_type]}"
        return Picture(await self._portraits.get(portrait.key), name, upscale_kind="own")

    async def _load_face(self, upscale: Upscale) -> Face:
        face = await self._roster.get_face(upscale.round_id)
        assert face
        return face


def _portrait(upscale: Upscale, data: bytes, checked: ExaminedImage) -> Portrait:
    key = original_key(upscale.round_id, upscale.id)
    return Portrait(
        key,
        checked.media_type,
        checked.width,
        checked.height,
        len(data),
        checked.sha256,
        checked.has_content_credentials,
    )


def _elapsed_seconds(requested_at: datetime | None, now: datetime) -> float:
    return (now - requested_at).total_seconds() if requested_at else 0.0
