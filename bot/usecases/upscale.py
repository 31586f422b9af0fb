"""Upscaling: the locked face at 4K, started by a press, paid for once, stored beside its original."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from time import perf_counter

from bot.domain.catalogue import Size
from bot.domain.errors import CannotUpscale
from bot.domain.face import Face
from bot.domain.ids import FILE_EXTENSIONS, filename, seed_of
from bot.domain.model_errors import InvalidImage, ModelError
from bot.domain.prompt import upscale_prompt
from bot.domain.upscale import Upscale, UpscaleMethod, UpscalePlan, UpscaleState, latest_upscale, plan_upscale
from bot.imaging.pictures import side_by_side
from bot.ports.image_models import GenerationRequest, GenerationResult
from bot.ports.ledger import UpscaleStart
from bot.ports.messaging import Picture
from bot.telemetry import metrics
from bot.usecases.access import PermittedUseCase, require_shown
from bot.usecases.face_pictures import FacePictures, Items
from bot.usecases.paid_calls import PaidPicture
from bot.usecases.previews import compose
from bot.usecases.webhook_queue import enqueue_due

_RESTART_WINDOW = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class StartUpscale(PermittedUseCase):
    """Starts upscales and records whether the lead keeps them."""

    async def reserve(self, round_id: str, attempt: int, expected_model: str, person: str) -> UpscaleStart:
        """Reserve and save an upscale; a repeated press, also by another person, starts it once.

        `attempt` and `expected_model` (the exact id) are what the pressed button offered. Everybody who may see the
        face may ask. Raises NotAvailableHere, PermissionDenied, CannotUpscale, OverBudget.
        """
        face = await self._face(round_id, person)
        await self.permissions.require_spend(face.place, person)
        latest = latest_upscale(await self.storage.upscales.list_for_face(round_id))
        if latest and (latest.is_live or attempt <= latest.attempt):
            return UpscaleStart(latest, created=False)
        plan = plan_upscale(face, self.ports.catalogue, self.ports.now().date())
        if plan is None:
            raise CannotUpscale("no_way", face.character)
        if plan.model != expected_model:
            self.ports.publisher.schedule_redraw(round_id)
            raise CannotUpscale("changed", face.character)
        return await self.storage.upscales.start(self._new_upscale(face, plan, attempt, person), self.ports.caps)

    async def enqueue(self, upscale: Upscale) -> None:
        """Start the upscale's job; a repeated call does nothing."""
        await self.ports.job_queue.start("upscale", upscale.id)
        self.ports.publisher.schedule_redraw(upscale.round_id)

    async def decide(self, round_id: str, upscale_id: str, person: str, *, keep: bool) -> Upscale:
        """Keep or decline an offered upscale, for the lead; the first press counts.

        Raises NotLead, and KeyError for an upscale of another round.
        """
        await self.permissions.get_led(round_id, person, "upscale")
        if upscale_id not in {upscale.id for upscale in await self.storage.upscales.list_for_face(round_id)}:
            raise KeyError(upscale_id)
        if await self.storage.upscales.decide(upscale_id, person, self.ports.now(), keep=keep):
            if keep and self.ports.passport_signer.certificate:
                await self.ports.job_queue.start("passport", round_id)
            await self.ports.publisher.redraw_now(round_id)
            await enqueue_due(self.ports)
        return await self.storage.upscales.get(upscale_id)

    async def restart_unfinished(self) -> None:
        """Start the jobs of unfinished upscales again: a crash may come between a commit and the start of its job."""
        for upscale_id in await self.storage.upscales.list_unfinished(self.ports.now() - _RESTART_WINDOW):
            await self.ports.job_queue.start("upscale", upscale_id)

    async def _face(self, round_id: str, person: str) -> Face:
        face = await self.storage.roster.get_face(round_id)
        if face is None:
            raise CannotUpscale("not_cast")
        await require_shown(self.ports, face, person)
        if face.unlocked:
            raise CannotUpscale("unlocked", face.character)
        if face.consent_withdrawn_at:
            raise CannotUpscale("withdrawn", face.character)
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
            opened_at=self.ports.now(),
        )


class RunUpscale(FacePictures[Upscale]):
    """Generates upscales."""

    @property
    def _items(self) -> Items[Upscale]:
        return self.storage.upscales

    async def run(self, upscale_id: str) -> None:
        """Make an upscale final: a picture or a failure."""
        if await self._make_final(upscale_id):
            await enqueue_due(self.ports)

    async def publish(self, upscale_id: str) -> None:
        """Upload the pictures that the thread lacks, then redraw the record. Those of a hidden face wait."""
        upscale = await self.storage.upscales.get(upscale_id)
        if (await self.storage.rounds.get(upscale.round_id)).is_face_hidden:
            await self.storage.upscales.set_files(upscale.id, "", "")
        elif upscale.portrait and upscale.file_id is None:
            face = await self._load_face(upscale)
            publisher = self.ports.publisher
            pair_file: str | None = None
            if upscale.method is UpscaleMethod.REDRAW:
                pair_file = await publisher.upload_sheet(face.round_id, await self._side_by_side(face, upscale))
            own_picture = await self._upscaled_picture(face, upscale)
            (file_id,) = await publisher.upload_pictures(face.round_id, [own_picture])
            await self.storage.upscales.set_files(upscale.id, pair_file, file_id)
        await self.ports.publisher.redraw_now(upscale.round_id)

    async def _generate(self, upscale: Upscale) -> Upscale:
        started = perf_counter()
        try:
            if upscale.state is UpscaleState.REQUESTED:
                return await self._end_other_call(upscale)
            if await self.paid_calls.is_stored(upscale):
                return await self._restore(upscale)
            await self._wait_until_allowed(upscale)
            original = await self.storage_retry.retry_until_stored(
                upscale.round_id, partial(self._load_original, upscale)
            )
            if not await self._mark_requested(upscale):
                return await self._end_other_call(replace(upscale, requested_at=self.ports.now()))
            started = perf_counter()
            picture = await self.paid_calls.call(upscale, partial(self._request, upscale, original))
            completed = await self._complete(upscale, picture)
        except ModelError as error:
            return self._failed(upscale, error, perf_counter() - started)
        metrics.observe_portrait(upscale.model, picture.seconds, picture.charge.usd, picture.charge.source)
        return completed

    def _longest_call(self, upscale: Upscale) -> float:
        return self.ports.model_clients.longest_call(upscale.model, Size.FOUR_K)

    async def _load_original(self, upscale: Upscale) -> bytes:
        """Return the face's original bytes; raises PortraitMissing."""
        return await self.storage.portraits.get((await self._load_face(upscale)).portrait.key)

    async def _request(self, upscale: Upscale, original: bytes) -> GenerationResult:
        if upscale.method is UpscaleMethod.UPSCALER:
            return await self.ports.model_clients.upscaler(upscale.model).upscale(original)
        aspect = (await self.storage.rounds.get(upscale.round_id)).brief.aspect
        request = GenerationRequest(upscale.prompt, aspect, Size.FOUR_K, upscale.seed or 0, (original,))
        return await self.ports.model_clients.model(upscale.model).generate(request)

    async def _complete(self, upscale: Upscale, picture: PaidPicture) -> Upscale:
        """Return the upscale with its picture; raises InvalidImage if that is not larger than the original."""
        examined = picture.examined
        if max(examined.width, examined.height) <= (await self._load_face(upscale)).portrait.long_side:
            detail = f"not larger: {examined.width} x {examined.height}"
            raise InvalidImage(upscale.model, detail, "yes", picture.charge.reported_cost)
        return await super()._complete(upscale, picture)

    async def _side_by_side(self, face: Face, upscale: Upscale) -> Picture:
        aspect = (await self.storage.rounds.get(face.round_id)).brief.aspect
        name = f"{filename(face.character)}-{upscale.attempt}-beside-original.jpg"
        data = await compose(
            self.storage.portraits,
            face.round_id,
            (face.slot_id, upscale.id),
            lambda previews: side_by_side(previews[0], previews[1], aspect),
        )
        return Picture(data, name, upscale_kind="pair")

    async def _upscaled_picture(self, face: Face, upscale: Upscale) -> Picture:
        """Return the upscale's original bytes, named by their pixel size."""
        portrait = upscale.portrait
        assert portrait
        name = f"{filename(face.character)}-{portrait.width}x{portrait.height}.{FILE_EXTENSIONS[portrait.media_type]}"
        return Picture(await self.storage.portraits.get(portrait.key), name, upscale_kind="own")
