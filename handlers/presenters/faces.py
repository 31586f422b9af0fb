"""What was recalled, as a view for one person or for everybody in a conversation."""

from dataclasses import replace
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAvailableHere, PortraitMissing, SlackUnavailable
from bot.domain.ids import ChannelRef
from bot.domain.timeline import START_KINDS
from bot.domain.upscale import Upscale
from bot.usecases.casting import Casting
from bot.usecases.history import CharacterHistory
from bot.usecases.recall import RecallResult
from handlers.slack.locations import RoundLocations
from handlers.text.model_titles import Titles
from handlers.views.builder import View
from handlers.views.history import events_on_page, history, versions
from handlers.views.recall import Location, recalled, recalled_in_modal

log = structlog.get_logger()


class FacePresenter:
    """Draws what recall found."""

    def __init__(self, casting: Casting, locations: RoundLocations) -> None:
        self._recall = casting.recall
        self._locations = locations
        self._titles = Titles(casting.catalogue)

    async def for_user(self, found: RecallResult, person: str, place: ChannelRef, client: AsyncWebClient) -> View:
        """For the person who asked in `place`, with [Share here] where everybody there may see it."""
        can_share = found.kind == "face" and await self._is_visible_to_all(found, place)
        return recalled(found, await self._location(found, person, client), self._titles, can_share=can_share)

    async def for_modal(self, found: RecallResult, person: str, client: AsyncWebClient) -> View:
        """For the person who asked in their home, as what stands in a modal."""
        return recalled_in_modal(found, await self._location(found, person, client), self._titles)

    async def for_channel(
        self, found: RecallResult, person: str, place: ChannelRef, client: AsyncWebClient
    ) -> View | None:
        """For everybody in `place`, as `person` asked; None unless it is one character that they all may see."""
        if found.kind not in ("face", "casting", "unlocked") or not await self._is_visible_to_all(found, place):
            return None
        found = await self._recall.visible_to_channel(found, place)
        return recalled(found, await self._location(found, person, client), self._titles, can_share=False)

    async def history(self, character_history: CharacterHistory, page: int, client: AsyncWebClient) -> View:
        """A page of what happened, with the ways to the rounds that began on it."""
        started_round_ids = {
            event.round_id for event in events_on_page(character_history, page) if event.kind in START_KINDS
        }
        locations = {round_id: await self._locations.for_round(round_id, client) for round_id in started_round_ids}
        return history(character_history, page, {round_id: location.link for round_id, location in locations.items()})

    async def versions(
        self, round_id: str, other_round_id: str, person: str, client: AsyncWebClient
    ) -> dict[str, Any] | None:
        """The modal with the faces that two rounds gave; without `other` the newest beside `one`. None where the person
        may see no two of them."""
        faces = await self._recall.list_versions(round_id, person)
        first = next((face for face in faces if face.round_id == round_id), None)
        second = next((face for face in faces if face.round_id == other_round_id), None)
        second = second or next((face for face in faces if face.round_id != round_id), None)
        if first is None or second is None:
            return None
        files = await self._locations.comparable_files([first.round_id, second.round_id])
        shown_files = {
            face_round_id: await self._ensure_file(face_round_id, file_id, person, client)
            for face_round_id, file_id in files.items()
        }
        reasons = {face.round_id: await self._recall.get_recast_reason(face) for face in (first, second)}
        return versions(faces, (first, second), shown_files, reasons, self._titles)

    async def original_url(self, round_id: str, person: str, client: AsyncWebClient) -> str:
        """The address of a locked portrait's original; empty while it is not there. Brought again once, if need be."""
        if not (file_id := await self._locations.original_file_id(round_id)):
            return ""
        url = await self._locations.file_url(file_id, client)
        if url is None:
            try:
                await self._recall.reupload_original(round_id, person, file_id)
            except (NotAvailableHere, PortraitMissing, SlackUnavailable) as error:
                log.warning("original_missing", round=round_id, why=str(error))
            url = await self._locations.file_url(await self._locations.original_file_id(round_id), client)
        return url or ""

    async def upscale_url(self, upscale: Upscale | None, client: AsyncWebClient) -> str:
        """The address of a finish's bytes; empty while they are not in the thread."""
        return (await self._locations.file_url(upscale.file_id, client) or "") if upscale and upscale.file_id else ""

    async def _location(self, found: RecallResult, person: str, client: AsyncWebClient) -> Location:
        """Where it can be seen; a face's picture that Slack has no longer is brought again once, from our own store."""
        location = await self._locations.for_recalled(found, client)
        face = found.characters[0].face if found.kind == "face" else None
        if face is None or not location.file_id:
            return location
        return replace(location, file_id=await self._ensure_file(face.round_id, location.file_id, person, client))

    async def _ensure_file(self, round_id: str, file_id: str, person: str, client: AsyncWebClient) -> str | None:
        """The file, or another one in its place where Slack has it no longer; None where it cannot be had."""
        if await self._locations.file_url(file_id, client) is not None:
            return file_id
        try:
            return await self._recall.reupload_portrait(round_id, person, file_id)
        except (NotAvailableHere, PortraitMissing, SlackUnavailable) as error:
            log.warning("portrait_missing", round=round_id, why=str(error))
            return None

    async def _is_visible_to_all(self, found: RecallResult, place: ChannelRef) -> bool:
        return await self._recall.can_share_in(found.characters[0], place)
