"""Bringing Slack up to what is stored: the contact sheet, the pictures in the thread, the seeds, the originals.

Each part looks at what is already shown, so that it may run again at any time.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial
from weakref import WeakValueDictionary

from bot.catalogue import Catalogue
from bot.errors import MessageGone, NotTaken, PlaceClosed, PortraitLost
from bot.imaging import alike, aside, contact_sheet, examined, record
from bot.ports import Clock, Picture, Portraits, Rounds, Stage
from bot.posting import insist
from bot.round import Round, State
from bot.slot import Slot
from bot.waits import Waits

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class Presenting:
    """Composes what a round shows, and hangs it."""

    def __init__(
        self, rounds: Rounds, portraits: Portraits, stage: Stage, catalogue: Catalogue, now: Clock, waits: Waits
    ) -> None:
        self._rounds = rounds
        self._portraits = portraits
        self._stage = stage
        self._catalogue = catalogue
        self._now = now
        self._waits = waits
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self, round_: Round, closes_at: datetime) -> bool:
        """Hang the sheet of what has arrived, then open the ballot with those numbers; False if it is open already.

        Where Slack takes no pictures the ballot opens without them: the portraits are paid for, and the lead is told.
        """
        async with self._turn(round_.id):
            round_ = await self._rounds.get(round_.id)
            if round_.state is not State.DRAWING:
                return False
            numbers = round_.shuffled()
            numbered = tuple(replace(s, number=numbers.get(s.id)) for s in round_.slots)
            refused = await self._hang_or_note(replace(round_, slots=numbered))
            opened = await self._rounds.open_ballot(round_.id, numbers, closes_at)
            if opened and refused:
                await self._stage.tell_lead(round_.id, "no_sheet")
                await self._stage.seed(round_.id, sorted(numbers.values()))
            return opened

    async def catch_up(self, round_id: str) -> None:
        """Show what message and thread do not show yet: newer sheet, large pictures, seeds, record, originals."""
        async with self._turn(round_id):
            round_ = await self._rounds.get(round_id)
            if round_.state in (State.VOTING, State.CLOSED) and round_.sheet_shows < len(round_.candidates):
                await self._hang_newer(round_)
            if round_.state is State.LOCKED:
                await self._hang_record(round_)
            await self._pin_new(round_)
            if round_.state in (State.CLOSED, State.LOCKED):
                await self._pin_originals(round_)

    async def refresh_all(self) -> None:
        """Draw every message anew that may not show what is stored."""
        for round_id in await self._rounds.on_show(self._now()):
            self._stage.refresh(round_id)

    def _turn(self, round_id: str) -> asyncio.Lock:
        """One at a time per round, so that nothing is hung twice."""
        return self._turns.setdefault(round_id, asyncio.Lock())

    async def _hang_or_note(self, round_: Round) -> bool:
        """Whether Slack refuses the sheet, which is noted; raises Unreachable.

        In a conversation that is closed to us nobody could vote: the ballot waits until it is open.
        """
        try:
            await insist(partial(self._hang_sheet, round_), self._waits.refused)
        except (MessageGone, PlaceClosed):
            raise
        except NotTaken as error:
            return await self._rounds.refuse_sheet(round_.id, error.why)
        return False

    async def _hang_newer(self, round_: Round) -> None:
        """A sheet that shows every candidate; a refusal is shown, and stands as one: it is tried again later."""
        try:
            await self._hang_sheet(round_)
        except NotTaken as error:
            passing = isinstance(error, MessageGone | PlaceClosed)
            if not passing and await self._rounds.refuse_sheet(round_.id, error.why):
                await self._stage.show(round_.id)
            raise
        await self._stage.show(round_.id)

    async def _hang_sheet(self, round_: Round) -> None:
        previews = {s.number: await preview_of(self._portraits, round_.id, s.id) for s in round_.candidates if s.number}
        data = await aside(contact_sheet, previews, round_.brief.aspect)
        name = f"{filename(round_.character)}-sheet-{len(previews)}.jpg"
        file_id = await self._stage.hang(round_.id, Picture(data, name))
        await self._rounds.set_sheet(round_.id, file_id, len(previews))

    async def _hang_record(self, round_: Round) -> None:
        if round_.record_file or not (locked := round_.locked):
            return
        data = await aside(record, await preview_of(self._portraits, round_.id, locked.id))
        picture = Picture(data, f"{filename(round_.character)}.jpg", locked.number)
        await self._rounds.set_record(round_.id, await self._stage.hang(round_.id, picture))
        await self._stage.show(round_.id)

    async def _pin_new(self, round_: Round) -> None:
        new = [s for s in round_.candidates if s.file_id is None]
        if not new:
            return
        previews = [await preview_of(self._portraits, round_.id, s.id) for s in round_.candidates]
        shown = dict(zip(round_.candidates, await aside(alike, previews, round_.brief.aspect), strict=True))
        name = filename(round_.character)
        pictures = [Picture(shown[s], f"{name}-{s.number}.jpg", s.number) for s in new]
        files = await self._stage.pin(round_.id, pictures)
        await self._rounds.set_files({slot.id: file_id for slot, file_id in zip(new, files, strict=True)})
        if round_.state is State.VOTING and round_.reacted_to:
            await self._stage.seed(round_.id, [s.number for s in new if s.number])

    async def _pin_originals(self, round_: Round) -> None:
        new = [s for s in round_.candidates if s.original_file is None and s.portrait]
        if not new:
            return
        pictures = [await self._original(round_, s) for s in new]
        files = await self._stage.pin(round_.id, pictures)
        await self._rounds.set_originals({slot.id: file_id for slot, file_id in zip(new, files, strict=True)})

    async def _original(self, round_: Round, slot: Slot) -> Picture:
        """The bytes as the model sent them, named for what they are now that the ballot is closed."""
        assert slot.portrait
        model = self._catalogue.of(slot.model)
        name = f"{filename(round_.character)}-{slot.number}-{model.wire_id}.{ENDINGS[slot.portrait.media_type]}"
        return Picture(await self._portraits.get(slot.portrait.key), name, slot.number)


def original_key(round_id: str, slot_id: str) -> str:
    """Where a slot's original bytes are kept."""
    return f"{round_id}/{slot_id}/original"


def preview_key(round_id: str, slot_id: str) -> str:
    """Where a slot's preview, a JPEG of at most 2048 pixels a side, is kept."""
    return f"{round_id}/{slot_id}/preview.jpg"


async def preview_of(portraits: Portraits, round_id: str, item_id: str) -> bytes:
    """A slot's or finish's preview, made anew from its original where it is missing; raises PortraitLost where that is
    missing too.
    """
    key = preview_key(round_id, item_id)
    try:
        return await portraits.get(key)
    except PortraitLost:
        seen = await examined(await portraits.get(original_key(round_id, item_id)), item_id)
    await portraits.put(key, seen.preview)
    return seen.preview


def filename(name: str) -> str:
    """The character's name as a file name: letters, digits and dashes of any script."""
    return "-".join("".join(c if c.isalnum() else " " for c in name).split())[:60] or "face"
