"""Enlarging: a finish brought to its end and shown.

The steps here are run by the engine and may be run again after a crash: each looks first at what is already there.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial
from time import perf_counter

from bot import measures
from bot.budget import Charge
from bot.catalogue import Size
from bot.drawing import Models
from bot.errors import BadPicture, ModelError, PortraitLost
from bot.face import Face, Portrait
from bot.finish import Finish, FinishState, FinishWay
from bot.holding import Holding
from bot.imaging import Examined, aside, examined, pair
from bot.ports import Answer, Ask, Clock, Finishes, Picture, Portraits, Roster, Rounds, Stage
from bot.presenting import ENDINGS, filename, original_key, preview_key, preview_of
from bot.slot import Miss
from bot.turns import wait_in_line
from bot.waits import Waits


class Enlarging:
    """Makes finishes."""

    def __init__(
        self,
        rounds: Rounds,
        roster: Roster,
        finishes: Finishes,
        portraits: Portraits,
        models: Models,
        stage: Stage,
        now: Clock,
        holding: Holding,
        waits: Waits,
    ) -> None:
        self._rounds = rounds
        self._roster = roster
        self._finishes = finishes
        self._portraits = portraits
        self._models = models
        self._stage = stage
        self._now = now
        self._holding = holding
        self._waits = waits
        self.drawing = 0

    async def enlarge(self, finish_id: str) -> None:
        """Bring a finish to its end: a picture or a typed miss. Never asks again for what may have been paid."""
        finish = await self._finishes.get(finish_id)
        if not finish.under_way:
            return
        self.drawing += 1
        try:
            ended = await self._ended(finish)
            await self._holding.on(finish.round_id, partial(self._finishes.settle, ended))
        finally:
            self.drawing -= 1
        self._stage.refresh(finish.round_id)

    async def show(self, finish_id: str) -> None:
        """Hang what the thread does not show yet, then draw the record."""
        finish = await self._finishes.get(finish_id)
        if finish.portrait and finish.file_id is None:
            face = await self._face(finish)
            redrawn = finish.way is FinishWay.REDRAW
            pair_file = await self._stage.hang(face.round_id, await self._pair(face, finish)) if redrawn else None
            (file_id,) = await self._stage.pin(face.round_id, [await self._own(face, finish)])
            await self._finishes.set_files(finish.id, pair_file, file_id)
        await self._stage.show(finish.round_id)

    async def _ended(self, finish: Finish) -> Finish:
        stored = partial(self._portraits.has, original_key(finish.round_id, finish.id))
        if await self._holding.on(finish.round_id, stored):
            return await self._stored(finish)
        if finish.state is FinishState.ASKING:
            return finish.missed(Miss("unknown", paid="maybe"))
        started = perf_counter()
        try:
            await self._holding.ready(finish.round_id)
            await wait_in_line(self._models, finish.model, self._waits)
            original = await self._holding.on(finish.round_id, partial(self._original, finish))
            intend = partial(self._finishes.intend, finish.id, self._now())
            if not await self._holding.on(finish.round_id, intend):
                return finish.missed(Miss("unknown", paid="maybe"))
            started = perf_counter()
            answer = await self._answer(finish, original)
            landed = await self._priced(finish, answer, perf_counter() - started)
        except PortraitLost as error:
            await self._holding.tell(finish.round_id, error)
            return finish.missed(Miss("picture_lost"))
        except ModelError as error:
            measures.missed(error.kind, error.paid)
            miss = Miss(error.kind, error.detail, error.paid)
            return finish.missed(miss, perf_counter() - started, error.usd)
        measures.drawn(finish.model, perf_counter() - started, answer.charge.usd, answer.charge.source)
        return landed

    async def _original(self, finish: Finish) -> bytes:
        """The face's own bytes; raises PortraitLost."""
        return await self._portraits.get((await self._face(finish)).portrait.key)

    async def _answer(self, finish: Finish, original: bytes) -> Answer:
        if finish.way is FinishWay.UPSCALE:
            return await self._models.upscaler(finish.model).enlarge(original)
        aspect = (await self._rounds.get(finish.round_id)).brief.aspect
        ask = Ask(finish.prompt, aspect, Size.FOUR_K, finish.seed or 0, (original,))
        return await self._models.model(finish.model).draw(ask)

    async def _priced(self, finish: Finish, answer: Answer, seconds: float) -> Finish:
        """Landed; raises BadPicture with the price the vendor told for it."""
        try:
            return await self._landed(finish, answer, seconds)
        except BadPicture as error:
            error.usd = answer.told
            raise

    async def _landed(self, finish: Finish, answer: Answer, seconds: float) -> Finish:
        """Bytes first, row second: a crash between the two finds the bytes and does not ask again."""
        seen = await examined(answer.data, finish.model)
        if max(seen.width, seen.height) <= (await self._face(finish)).portrait.long_side:
            raise BadPicture(finish.model, f"not larger: {seen.width} x {seen.height}", "yes")
        pictures = {preview_key: seen.preview, original_key: answer.data}
        for key, data in pictures.items():
            put = partial(self._portraits.put, key(finish.round_id, finish.id), data)
            await self._holding.on(finish.round_id, put)
        ended = finish.landed(_portrait(finish, answer.data, seen), answer.charge, seconds, answer.request_id)
        return replace(ended, seed=finish.seed if answer.seed is None else answer.seed)

    async def _stored(self, finish: Finish) -> Finish:
        """A picture stored before a crash; its price is the listed one, since the vendor's answer is gone."""
        data = await self._portraits.get(original_key(finish.round_id, finish.id))
        answer = Answer(data, "", Charge(finish.price, "listed"))
        return await self._landed(finish, answer, _since(finish.asked_at, self._now()))

    async def _pair(self, face: Face, finish: Finish) -> Picture:
        original = await preview_of(self._portraits, face.round_id, face.slot_id)
        enlarged = await preview_of(self._portraits, finish.round_id, finish.id)
        aspect = (await self._rounds.get(face.round_id)).brief.aspect
        name = f"{filename(face.character)}-{finish.attempt}-beside-original.jpg"
        return Picture(await aside(pair, original, enlarged, aspect), name, finish="pair")

    async def _own(self, face: Face, finish: Finish) -> Picture:
        """The finish's bytes as they came, named for what they are."""
        portrait = finish.portrait
        assert portrait
        name = f"{filename(face.character)}-{portrait.width}x{portrait.height}.{ENDINGS[portrait.media_type]}"
        return Picture(await self._portraits.get(portrait.key), name, finish="own")

    async def _face(self, finish: Finish) -> Face:
        face = await self._roster.face(finish.round_id)
        assert face
        return face


def _portrait(finish: Finish, data: bytes, seen: Examined) -> Portrait:
    key = original_key(finish.round_id, finish.id)
    return Portrait(key, seen.media_type, seen.width, seen.height, len(data), seen.sha256, seen.credentials)


def _since(asked_at: datetime | None, now: datetime) -> float:
    return (now - asked_at).total_seconds() if asked_at else 0.0
