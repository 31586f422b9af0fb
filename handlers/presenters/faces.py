"""Views of a recalled face, for one user or for a whole conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAvailableHere
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.domain.service_errors import PortraitMissing, SlackUnavailable
from bot.domain.timeline import START_KINDS
from bot.ports.erasure import MessageAddress, PostedMessages
from bot.usecases.casting import Casting
from bot.usecases.history import CharacterHistory
from bot.usecases.recall import RecallResult
from handlers.slack.locations import RoundLocations
from handlers.slack.responder import post_message
from handlers.text.model_titles import Titles
from handlers.views.builder import View
from handlers.views.history import events_on_page, history, versions
from handlers.views.recall import Location, full_size, recalled

log = structlog.get_logger()


@dataclass(frozen=True)
class ComparedVersions:
    """Two versions of a face with what their modal shows; `files` and `reasons` are by round id."""

    faces: Sequence[Face]
    pair: tuple[Face, Face]
    files: Mapping[str, str | None]
    reasons: Mapping[str, str]
    titles: Titles
    large: tuple[str, ...] = ()

    def modal(self, side_by_side: str = "") -> dict[str, Any]:
        """Build the modal; `side_by_side` is the file that shows both."""
        return versions(self.faces, self.pair, self.files, self.reasons, self.titles, side_by_side, self.large)


@dataclass(frozen=True)
class FacePresenter:
    """Builder of the views of a recall, a history or two versions."""

    casting: Casting
    locations: RoundLocations
    titles: Titles
    posted_messages: PostedMessages

    async def for_user(self, found: RecallResult, person: str, place: ChannelRef) -> View:
        """Build the view for one user in `place`, with [Share here] where all its members may see the face."""
        can_share = found.kind == "face" and await self._is_visible_to_all(found, place)
        return recalled(found, await self._location(found, person), self.titles, can_share=can_share)

    async def for_modal(self, found: RecallResult, person: str) -> View:
        """Build the view for a modal of the home tab, whose actions come without a channel."""
        location = await self._location(found, person)
        return recalled(found, location, self.titles, can_share=False, action_prefix="card_")

    async def for_channel(
        self, found: RecallResult, person: str, place: ChannelRef, *, is_share: bool = False
    ) -> View | None:
        """Build the view for all members of `place`; None unless recall found one character that they all may see.

        With `is_share` it names the person who shares it.
        """
        if found.kind not in ("face", "casting", "unlocked") or not await self._is_visible_to_all(found, place):
            return None
        found = await self.casting.recall.visible_to_channel(found, place)
        location = await self._location(found, person)
        return recalled(found, location, self.titles, can_share=False, shared_by=person if is_share else "")

    async def post(
        self,
        found: RecallResult,
        view: View,
        place: ChannelRef,
        client: AsyncWebClient,
        *,
        thread_ts: str | None = None,
        client_msg_id: str | None = None,
    ) -> None:
        """Post the view in a conversation, and store where, so that deleting the character deletes the message."""
        posted = await post_message(view, place, client, thread_ts=thread_ts, client_msg_id=client_msg_id)
        character = found.characters[0]
        face = character.face or character.last_unlocked_face
        if round_id := face.round_id if face else character.open_round_id:
            await self.posted_messages.add(round_id, MessageAddress(posted.channel, posted.ts))

    async def history(self, character_history: CharacterHistory, page: int) -> View:
        """Build a page of events, with links to the rounds that started on it."""
        started_round_ids = {
            event.round_id for event in events_on_page(character_history, page) if event.kind in START_KINDS
        }
        locations = {round_id: await self.locations.for_round(round_id) for round_id in started_round_ids}
        links = {round_id: location.link for round_id, location in locations.items()}
        return history(character_history, page, links, self.titles)

    async def versions(
        self, team: str, round_id: str, other_round_id: str, person: str, large: Sequence[str] = ()
    ) -> ComparedVersions | None:
        """Load the faces of two rounds for the modal; without a second round, with the newest other face.

        `large` are the rounds whose face is shown large. Returns None where the user may see fewer than two faces.
        """
        faces = await self.casting.recall.list_versions(round_id, person)
        first = next((face for face in faces if face.round_id == round_id), None)
        second = next((face for face in faces if face.round_id == other_round_id), None)
        second = second or next((face for face in faces if face.round_id != round_id), None)
        if first is None or second is None:
            return None
        files = await self.locations.comparable_files([first.round_id, second.round_id])
        shown_files = {
            face_round_id: await self._ensure_file(team, face_round_id, file_id, person)
            for face_round_id, file_id in files.items()
        }
        reasons = {face.round_id: await self.casting.recall.get_recast_reason(face) for face in (first, second)}
        return ComparedVersions(faces, (first, second), shown_files, reasons, self.titles, tuple(large))

    async def full_size(self, team: str, face: Face, person: str) -> View:
        """Build the view with the addresses of the original and of its upscale, which is empty until it is uploaded."""
        url, upscale = (
            await self._original_url(team, face.round_id, person),
            await self.casting.recall.get_upscale(face),
        )
        upscale_url = await self.locations.file_url(team, upscale.file_id) if upscale and upscale.file_id else ""
        return full_size(face, url, upscale, upscale_url or "")

    async def _original_url(self, team: str, round_id: str, person: str) -> str:
        """Return the address of a locked portrait's original; upload it again once where Slack has lost it."""
        if not (file_id := await self.locations.original_file_id(round_id)):
            return ""
        url = await self.locations.file_url(team, file_id)
        if url is None:
            try:
                await self.casting.recall.reupload_original(round_id, person, file_id)
            except (NotAvailableHere, PortraitMissing, SlackUnavailable) as error:
                log.warning("original_missing", round=round_id, why=str(error))
            url = await self.locations.file_url(team, await self.locations.original_file_id(round_id))
        return url or ""

    async def _location(self, found: RecallResult, person: str) -> Location:
        """Find the message and the picture; upload the picture again once where Slack has lost it."""
        location = await self.locations.for_recalled(found)
        face = found.characters[0].face if found.kind == "face" else None
        if face and await self.casting.recall.is_reported(face.round_id):
            location = replace(location, file_id=None, is_reported=True)
        if face and (open_round_id := found.characters[0].open_round_id):
            location = replace(location, recast=await self.locations.for_round(open_round_id))
        if face is None or not location.file_id:
            return location
        team = found.characters[0].place.team
        return replace(location, file_id=await self._ensure_file(team, face.round_id, location.file_id, person))

    async def _ensure_file(self, team: str, round_id: str, file_id: str, person: str) -> str | None:
        """Return the file, or a new upload where Slack has lost it; None where that fails."""
        if await self.locations.file_url(team, file_id) is not None:
            return file_id
        try:
            return await self.casting.recall.reupload_portrait(round_id, person, file_id)
        except (NotAvailableHere, PortraitMissing, SlackUnavailable) as error:
            log.warning("portrait_missing", round=round_id, why=str(error))
            return None

    async def _is_visible_to_all(self, found: RecallResult, place: ChannelRef) -> bool:
        return await self.casting.recall.can_share_in(found.characters[0], place)
