"""What was recalled, as a view for one person or for everybody in a conversation."""

from dataclasses import replace
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import NotHere, PortraitLost, Unreachable
from bot.face import Place
from bot.finish import Finish
from bot.history import BEGINNINGS, Told
from bot.recall import Recalled
from handlers.blocks.history import history, page_of, versions
from handlers.blocks.recall import Sight, in_dialog, recalled
from handlers.blocks.view import View
from handlers.sights import Sights
from handlers.words.titles import Titles

log = structlog.get_logger()


class Showing:
    """Draws what recall found."""

    def __init__(self, casting: Casting, sights: Sights) -> None:
        self._recall = casting.recall
        self._sights = sights
        self._titles = Titles(casting.catalogue)

    async def for_one(self, found: Recalled, person: str, place: Place, client: AsyncWebClient) -> View:
        """For the person who asked in `place`, with [Share here] where everybody there may see it."""
        share = found.kind == "face" and await self._all_may_see(found, place)
        return recalled(found, await self._sight(found, person, client), self._titles, share=share)

    async def in_dialog(self, found: Recalled, person: str, client: AsyncWebClient) -> View:
        """For the person who asked in their home, as what stands in a modal."""
        return in_dialog(found, await self._sight(found, person, client), self._titles)

    async def for_all(self, found: Recalled, person: str, place: Place, client: AsyncWebClient) -> View | None:
        """For everybody in `place`, as `person` asked; None unless it is one character that they all may see."""
        if found.kind not in ("face", "casting", "unlocked") or not await self._all_may_see(found, place):
            return None
        found = await self._recall.for_all(found, place)
        return recalled(found, await self._sight(found, person, client), self._titles, share=False)

    async def history(self, told: Told, page: int, client: AsyncWebClient) -> View:
        """A page of what happened, with the ways to the rounds that began on it."""
        began = {event.round_id for event in page_of(told, page) if event.kind in BEGINNINGS}
        sights = {round_id: await self._sights.of_round(round_id, client) for round_id in began}
        return history(told, page, {round_id: sight.link for round_id, sight in sights.items()})

    async def versions(self, one: str, other: str, person: str, client: AsyncWebClient) -> dict[str, Any] | None:
        """The modal with the faces that two rounds gave; without `other` the newest beside `one`. None where the person
        may see no two of them."""
        seen = await self._recall.versions(one, person)
        first = next((face for face in seen if face.round_id == one), None)
        second = next((face for face in seen if face.round_id == other), None)
        second = second or next((face for face in seen if face.round_id != one), None)
        if first is None or second is None:
            return None
        files = await self._sights.at_one_crop([first.round_id, second.round_id])
        hung = {known: await self._still_there(known, file_id, person, client) for known, file_id in files.items()}
        because = {face.round_id: await self._recall.because(face) for face in (first, second)}
        return versions(seen, (first, second), hung, because, self._titles)

    async def original(self, round_id: str, person: str, client: AsyncWebClient) -> str:
        """The address of a locked portrait's original; empty while it is not there. Brought again once, if need be."""
        if not (file_id := await self._sights.original_file(round_id)):
            return ""
        url = await self._sights.address(file_id, client)
        if url is None:
            try:
                await self._recall.pin_again(round_id, person, file_id)
            except (NotHere, PortraitLost, Unreachable) as error:
                log.warning("original_lost", round=round_id, why=str(error))
            url = await self._sights.address(await self._sights.original_file(round_id), client)
        return url or ""

    async def finish(self, finish: Finish | None, client: AsyncWebClient) -> str:
        """The address of a finish's bytes; empty while they are not in the thread."""
        return (await self._sights.address(finish.file_id, client) or "") if finish and finish.file_id else ""

    async def _sight(self, found: Recalled, person: str, client: AsyncWebClient) -> Sight:
        """Where it can be seen; a face's picture that Slack has no longer is brought again once, from our own store."""
        sight = await self._sights.of_found(found, client)
        face = found.characters[0].face if found.kind == "face" else None
        if face is None or not sight.file_id:
            return sight
        return replace(sight, file_id=await self._still_there(face.round_id, sight.file_id, person, client))

    async def _still_there(self, round_id: str, file_id: str, person: str, client: AsyncWebClient) -> str | None:
        """The file, or another one in its place where Slack has it no longer; None where it cannot be had."""
        if await self._sights.address(file_id, client) is not None:
            return file_id
        try:
            return await self._recall.hang_again(round_id, person, file_id)
        except (NotHere, PortraitLost, Unreachable) as error:
            log.warning("picture_lost", round=round_id, why=str(error))
            return None

    async def _all_may_see(self, found: Recalled, place: Place) -> bool:
        return await self._recall.visible_answer(found.characters[0], place)
