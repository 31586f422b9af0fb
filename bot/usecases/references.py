"""Reference pictures of a brief: an earlier face of the roster, or an attached file."""

from dataclasses import dataclass, replace
from hashlib import sha256

from bot.domain.brief import Brief, Consent
from bot.domain.errors import BriefError, NotAvailableHere
from bot.domain.face import Character, Face
from bot.domain.ids import ChannelRef
from bot.domain.model_errors import InvalidImage
from bot.imaging.pictures import HEIC_DETAIL, normalize_reference, run_in_thread
from bot.usecases.access import is_visible_to_all, visible_characters
from bot.usecases.near_names import near_characters
from bot.usecases.ports import Ports


@dataclass(frozen=True, slots=True)
class ReferenceImages:
    """Finds and stores reference pictures."""

    ports: Ports

    async def resolve(self, brief: Brief, person: str, place: ChannelRef) -> Brief:
        """Return `brief` with the original of the face it names; unchanged without a name or with a known picture.

        Raises BriefError if the person may see no such face, NotAvailableHere if others in `place` may not see it.
        """
        if brief.reference is None or brief.reference.key:
            return brief
        if brief.reference.is_attached and brief.reference.consent:
            raise BriefError("like", "photo_deleted")
        face = (await self._find_character(brief.reference.name, person, place)).face
        assert face
        if not await is_visible_to_all(self.ports.channel_access, face.place, place):
            is_private = await self.ports.channel_access.is_private(face.place)
            raise NotAvailableHere("private" if is_private else "outsiders")
        found = replace(brief.reference, key=face.portrait.key, sha256=face.portrait.sha256)
        return await self._inherit_consent(replace(brief, reference=found), face)

    async def _inherit_consent(self, brief: Brief, face: Face) -> Brief:
        """Return `brief` with the consent and the use of the photo that the face was drawn after, if it was.

        Raises BriefError if the consent was withdrawn or is for another use.
        """
        source_round = await self.ports.storage.rounds.get(face.round_id)
        if source_round.is_face_hidden:
            raise NotAvailableHere("reported")
        source = source_round.brief
        if source.reference is None or source.reference.consent is None or brief.reference is None:
            return brief
        if source.reference.is_withdrawn:
            raise BriefError("like", "consent_withdrawn", face.character)
        if brief.use not in (None, source.use):
            raise BriefError("like", "other_use", face.character, (source.use,) if source.use else ())
        consent, photo_round = source.reference.consent, source.reference.origin_round or face.round_id
        inherited = replace(brief.reference, consent=consent, photo_round=photo_round)
        return replace(brief, reference=inherited, use=source.use)

    async def attach(self, brief: Brief, data: bytes, consent: Consent | None, round_id: str) -> Brief:
        """Return `brief` with an attached picture, stored upright, in sRGB and without metadata.

        Raises BriefError for an invalid picture.
        """
        assert brief.reference
        try:
            picture = await run_in_thread(normalize_reference, data)
        except InvalidImage as error:
            problem = "heic" if error.detail == HEIC_DETAIL else "bad_picture"
            raise BriefError("like", problem, error.detail) from error
        digest = await run_in_thread(lambda: sha256(picture).hexdigest())
        key = f"{round_id}/reference/{digest}"
        await self.ports.storage.portraits.put(key, picture)
        return replace(
            brief, reference=replace(brief.reference, key=key, sha256=digest, consent=consent, photo_round=round_id)
        )

    async def _find_character(self, name: str, person: str, place: ChannelRef) -> Character:
        """Return the one character of this name with a face; this production's characters come first."""
        matches = [c for c in await self.ports.storage.roster.by_name(place.team, name) if c.face]
        visible = await visible_characters(self.ports.channel_access, matches, person, place)
        production_id = (await self.ports.storage.productions.get(place)).id
        visible = [c for c in visible if c.place == place or c.production_id == production_id] or visible
        if not visible:
            near = await near_characters(self.ports, name, person, place, only_with_face=True)
            raise BriefError("like", "unknown", name, tuple(dict.fromkeys(character.name for character in near)))
        if len(visible) > 1:
            raise BriefError("like", "several", name)
        return visible[0]
