"""Finishing: the locked face at 4K, asked for by a press, paid for once, kept beside its original."""

from datetime import timedelta

from bot.budget import Caps
from bot.catalogue import Catalogue
from bot.errors import CannotFinish, NotHere
from bot.face import Face
from bot.finish import Finish, FinishWay, Plan, newest, plan_of
from bot.opening import seed_of
from bot.permits import Permits
from bot.ports import Begun, Clock, Errands, Finishes, Roster, Rounds, Stage, Visibility
from bot.prompt import same_face

_WORTH_SHOWING = timedelta(days=31)


class Finishing:
    """What people decide about finishes."""

    def __init__(
        self,
        rounds: Rounds,
        roster: Roster,
        finishes: Finishes,
        stage: Stage,
        errands: Errands,
        visibility: Visibility,
        catalogue: Catalogue,
        caps: Caps,
        now: Clock,
        permits: Permits,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._finishes = finishes
        self._stage = stage
        self._errands = errands
        self._visibility = visibility
        self._catalogue = catalogue
        self._caps = caps
        self._now = now
        self._permits = permits

    async def begin(self, round_id: str, attempt: int, seen: str, person: str) -> Begun:
        """Reserve and save a finish; pressed twice, or by two, it is begun once.

        `attempt` and `seen` (the exact id) are what the pressed button offered. Anybody who may see the face may ask.
        Raises NotHere, Barred, CannotFinish, OverBudget.
        """
        face = await self._face(round_id, person)
        await self._permits.spend(face.place, person)
        before = newest(await self._finishes.of(round_id))
        if before and (before.live or attempt <= before.attempt):
            return Begun(before, fresh=False)
        plan = plan_of(face, self._catalogue, self._now().date())
        if plan is None:
            raise CannotFinish("no_way", face.character)
        if plan.model != seen:
            self._stage.refresh(round_id)
            raise CannotFinish("changed", face.character)
        return await self._finishes.begin(self._new(face, plan, attempt, person), self._caps)

    async def start(self, finish: Finish) -> None:
        """Start the finish's durable work; called again it does nothing."""
        await self._errands.start("finish", finish.id)
        self._stage.refresh(finish.round_id)

    async def decide(self, round_id: str, finish_id: str, person: str, *, keep: bool) -> Finish:
        """The lead keeps an offered finish beside the original, or the original alone; the first press counts.

        Raises NotYours, and KeyError for a finish that is not of this round.
        """
        await self._permits.lead(await self._rounds.get(round_id), person, "finish")
        if finish_id not in {finish.id for finish in await self._finishes.of(round_id)}:
            raise KeyError(finish_id)
        if await self._finishes.decide(finish_id, person, self._now(), keep=keep):
            await self._stage.show(round_id)
        return await self._finishes.get(finish_id)

    async def resume(self) -> None:
        """Start again whatever should be at work and is not: a crash may hang between a commit and its errand."""
        for finish_id in await self._finishes.moving(self._now() - _WORTH_SHOWING):
            await self._errands.start("finish", finish_id)

    async def _face(self, round_id: str, person: str) -> Face:
        face = await self._roster.face(round_id)
        if face is None:
            raise CannotFinish("not_cast")
        if not await self._visibility.sees(person, face.place):
            raise NotHere("unknown")
        if face.released:
            raise CannotFinish("unlocked", face.character)
        return face

    def _new(self, face: Face, plan: Plan, attempt: int, person: str) -> Finish:
        finish_id = f"{face.round_id}-f{attempt}"
        redraw = plan.way is FinishWay.REDRAW
        return Finish(
            id=finish_id,
            round_id=face.round_id,
            attempt=attempt,
            way=plan.way,
            model=plan.model,
            price=plan.price,
            original=face.portrait.sha256,
            prompt=same_face(face.prompt) if redraw else "",
            seed=seed_of(finish_id, 0) if redraw else None,
            asked_by=person,
            opened_at=self._now(),
        )
