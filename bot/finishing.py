"""Finishing: the locked face at 4K, asked for by a press, paid for once, kept beside its original."""

from datetime import timedelta

from bot.budget import Caps
from bot.catalogue import Catalogue
from bot.errors import CannotUpscale, NotAvailableHere
from bot.face import Face
from bot.finish import Upscale, UpscaleMethod, UpscalePlan, latest_upscale, plan_upscale
from bot.opening import seed_of
from bot.permits import Permissions
from bot.ports import (
    ChannelAccess,
    JobQueue,
    Now,
    Roster,
    RoundPublisher,
    RoundRepository,
    UpscaleRepository,
    UpscaleStart,
)
from bot.prompt import upscale_prompt

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
