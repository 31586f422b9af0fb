"""Recall: a face by its character's name, for people who may see the channel where it was cast."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.domain.brief import NAME_LIMIT
from bot.domain.errors import NotAvailableHere
from bot.domain.face import Character, Face
from bot.domain.ids import FILE_EXTENSIONS, ChannelRef, filename
from bot.domain.names import normalize_name
from bot.domain.upscale import Upscale, kept_upscale
from bot.imaging.pictures import record_picture, run_in_thread
from bot.ports.messaging import Picture
from bot.ports.roster import Page, RosterQuery
from bot.usecases.access import is_visible_to_all, require_shown, visible_channels
from bot.usecases.near_names import MAX_SUGGESTIONS, near_characters
from bot.usecases.ports import UseCase
from bot.usecases.posted_files import pictures_lease
from bot.usecases.previews import get_preview


@dataclass(frozen=True)
class RecallResult:
    """The result of a recall: a face with its upscale, an open round, unlocked faces, several matches, or nothing.

    `unsure` means that no name matches and `characters` are the nearest.
    """

    kind: Literal["face", "casting", "unlocked", "unsure", "several", "nothing"]
    name: str
    characters: tuple[Character, ...] = ()
    history: tuple[Face, ...] = ()
    upscale: Upscale | None = None


@dataclass(frozen=True, slots=True)
class Recall(UseCase):
    """Finds faces for people."""

    async def recall(self, name: str, person: str, place: ChannelRef) -> RecallResult:
        """Find the face of `name`: first in this channel's production, then in all channels the person may see.

        A longer text than a name can be is not searched, and neither is a name without a visible character.
        """
        if len(name) > NAME_LIMIT or not normalize_name(name):
            return RecallResult("nothing", name[:NAME_LIMIT])
        matches = await self._as_visible(await self.storage.roster.by_name(place.team, name), person, place)
        if not matches:
            return await self._find_similar(name, person, place)
        production_id = (await self.storage.productions.get(place)).id
        own = [c for c in matches if c.place == place or c.production_id == production_id]
        return await self._to_result(name, own or matches, person, place)

    async def recall_by_id(self, character_id: str, person: str, place: ChannelRef) -> RecallResult:
        """Find the face of a character that was chosen from a suggestion."""
        character = await self.storage.roster.get(character_id)
        visible = await self._as_visible([character] if character else [], person, place)
        return await self._to_result(visible[0].name if visible else "", visible, person, place)

    async def list_visible(self, person: str, place: ChannelRef, limit: int) -> Page:
        """List at most `limit` characters that the person may see, this production's first."""
        places = {section.place for section in await self.storage.roster.sections(place.team)}
        query = RosterQuery(tuple(places & await visible_channels(self.ports.channel_access, places, person, place)))
        roster, production_id = self.storage.roster, (await self.storage.productions.get(place)).id
        own_query = replace(query, production_id=production_id)
        own = await roster.page(own_query, limit, 0) if production_id else Page((), 0)
        page = await roster.page(query, limit, 0)
        by_id = {character.id: character for character in (*own.characters, *page.characters)}
        return Page(tuple(by_id.values())[:limit], page.total)

    async def can_share_in(self, character: Character, place: ChannelRef) -> bool:
        """Return whether everyone in `place` may see the character."""
        return await is_visible_to_all(self.ports.channel_access, character.place, place)

    async def visible_to_channel(self, result: RecallResult, place: ChannelRef) -> RecallResult:
        """Remove from a result the older faces and the open round that not everybody in `place` may see."""
        access, character = self.ports.channel_access, result.characters[0]
        history = [face for face in result.history if await is_visible_to_all(access, face.place, place)]
        channel = await self._casting_channel(character)
        if channel and not await is_visible_to_all(access, channel, place):
            character = replace(character, open_round_id=None)
        return replace(result, history=tuple(history), characters=(character,))

    async def get_face(self, round_id: str, person: str) -> Face:
        """Return the locked face of a round that the person may see; raises NotAvailableHere."""
        face = await self.storage.roster.get_face(round_id)
        if face is None:
            raise NotAvailableHere("unknown")
        await require_shown(self.ports, face, person)
        return face

    async def is_reported(self, round_id: str) -> bool:
        """Return whether the face of a round was reported and is hidden."""
        return (await self.storage.rounds.get(round_id)).is_face_hidden

    async def list_versions(self, round_id: str, person: str) -> tuple[Face, ...]:
        """List every face of the same character that the person may see, newest first; raises NotAvailableHere."""
        history = await self.storage.roster.list_faces((await self.get_face(round_id, person)).character_id)
        return tuple([face for face in history if await self.ports.channel_access.can_see(person, face.place)])

    async def get_recast_reason(self, face: Face) -> str:
        """Return why the face replaced the one before; empty without a reason."""
        return (await self.storage.rounds.get(face.round_id)).recast_reason

    async def get_upscale(self, face: Face) -> Upscale | None:
        """Return the kept upscale of a face."""
        return kept_upscale(await self.storage.upscales.list_for_face(face.round_id))

    async def get_portrait(self, round_id: str, person: str) -> Picture:
        """Return the JPEG of a locked face that the record shows; raises NotAvailableHere."""
        face = await self.get_face(round_id, person)
        data = await get_preview(self.storage.portraits, face.round_id, face.slot_id)
        return Picture(await run_in_thread(record_picture, data), f"{filename(face.character)}.jpg", face.number)

    async def get_original(self, round_id: str, person: str) -> Picture:
        """Return a locked face's original bytes with their content credentials; raises NotAvailableHere."""
        face = await self.get_face(round_id, person)
        name = f"{filename(face.character)}-{face.portrait.sha256[:12]}.{FILE_EXTENSIONS[face.portrait.media_type]}"
        return Picture(await self.storage.portraits.get(face.portrait.key), name, face.number)

    async def reupload_portrait(self, round_id: str, person: str, deleted_file_id: str) -> str:
        """Upload a locked face's picture again after its file was deleted; return the new file id.

        It goes to the same thread, so the audience is the same. Concurrent calls upload once. Raises NotAvailableHere,
        SlackUnavailable.
        """
        async with pictures_lease(self.storage, round_id):
            current_file_id = (await self.storage.rounds.get(round_id)).record_file
            if current_file_id not in (None, deleted_file_id):
                return str(current_file_id)
            file_id = await self.ports.publisher.upload_sheet(round_id, await self.get_portrait(round_id, person))
            await self.storage.rounds.set_record(round_id, file_id)
        self.ports.publisher.schedule_redraw(round_id)
        return file_id

    async def reupload_original(self, round_id: str, person: str, deleted_file_id: str) -> None:
        """Upload a locked face's original bytes again after their file was deleted."""
        async with pictures_lease(self.storage, round_id):
            locked = (await self.storage.rounds.get(round_id)).locked_candidate
            if locked and locked.original_file == deleted_file_id:
                (file_id,) = await self.ports.publisher.upload_pictures(
                    round_id, [await self.get_original(round_id, person)]
                )
                await self.storage.slots.set_originals({locked.id: file_id})

    async def _find_similar(self, name: str, person: str, place: ChannelRef) -> RecallResult:
        """Suggest the nearest names: a person confirms even a single one, since it may be another character's."""
        near = await near_characters(self.ports, name, person, place)
        return RecallResult("unsure" if near else "nothing", name, tuple(near))

    async def _to_result(
        self, name: str, characters: Sequence[Character], person: str, place: ChannelRef
    ) -> RecallResult:
        """Build the result without the faces and rounds that the person may not see."""
        if not characters:
            return RecallResult("nothing", name)
        if len(characters) > 1:
            return RecallResult("several", name, tuple(characters[:MAX_SUGGESTIONS]))
        character = characters[0]
        if (channel := await self._casting_channel(character)) and channel not in await visible_channels(
            self.ports.channel_access, {channel}, person, place
        ):
            character = replace(character, open_round_id=None)
        history = await self._visible_history(character, person, place)
        if character.face:
            return RecallResult("face", name, (character,), history, await self.get_upscale(character.face))
        return RecallResult("casting" if character.open_round_id else "unlocked", name, (character,), history)

    async def _visible_history(self, character: Character, person: str, place: ChannelRef) -> tuple[Face, ...]:
        faces = await self.storage.roster.list_faces(character.id)
        visible = await visible_channels(self.ports.channel_access, {face.place for face in faces}, person, place)
        return tuple(face for face in faces if face.place in visible)

    async def _as_visible(self, characters: Sequence[Character], person: str, place: ChannelRef) -> list[Character]:
        """Return the visible characters, each with its newest visible face.

        Channels of a production share characters, so a face may come from a channel that the person cannot see.
        """
        visible = await visible_channels(self.ports.channel_access, {c.place for c in characters}, person, place)
        found = []
        for character in characters:
            if character.place in visible:
                found.append(character)
            elif older := await self._older_visible_face(character, person, place):
                found.append(replace(character, face=older, place=older.place))
        return found

    async def _older_visible_face(self, character: Character, person: str, place: ChannelRef) -> Face | None:
        if character.face is None or character.face.version == 1:
            return None
        history = await self._visible_history(character, person, place)
        return next((face for face in history if not face.unlocked), None)

    async def _casting_channel(self, character: Character) -> ChannelRef | None:
        """Return the channel of the open round; in a shared production it can differ from the face's channel."""
        return (await self.storage.rounds.get(character.open_round_id)).place if character.open_round_id else None
