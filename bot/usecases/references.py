"""Reference pictures of a brief: an earlier face of the roster, or an attached file."""

from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.domain.audit import AuditEvent
from bot.domain.brief import Brief, Consent, IntendedUse, WiderConsent
from bot.domain.errors import BriefError, ConsentNeeded, NotAvailableHere
from bot.domain.face import Character, Face
from bot.domain.ids import ChannelRef
from bot.domain.model_errors import InvalidImage
from bot.domain.round import Round
from bot.imaging.pictures import run_in_thread
from bot.imaging.references import HEIC_DETAIL, normalize_reference
from bot.usecases.access import is_visible_to_all, visible_characters
from bot.usecases.near_names import near_characters
from bot.usecases.ports import UseCase

CONSENT_WIDENED = "consent_widened"


@dataclass(frozen=True, slots=True)
class ReferenceImages(UseCase):
    """Finds and stores reference pictures."""

    async def resolve(self, brief: Brief, person: str, place: ChannelRef) -> Brief:
        """Return `brief` with the original of the face it names; unchanged without a name or with a known picture.

        Raises BriefError if the person may see no such face, NotAvailableHere if others in `place` may not see it, and
        ConsentNeeded, without a draft, if the face comes from a photo whose person agreed to other uses.
        """
        if brief.reference is None or brief.reference.key:
            return brief
        if brief.reference.is_attached and brief.reference.consent:
            raise BriefError("like", "photo_deleted")
        face = await self._get_face(brief.reference.name, person, place)
        found = replace(brief.reference, key=face.portrait.key, sha256=face.portrait.sha256)
        return await self.inherit_consent(replace(brief, reference=found), face)

    async def inherit_consent(self, brief: Brief, face: Face) -> Brief:
        """Return `brief`, whose reference is the face, with the consent and use of the photo that the face comes from.

        Raises as `resolve`.
        """
        consented = await self._consented_source(face)
        if brief.reference is None or consented is None:
            return brief
        source, consent = consented
        agreed = await self._agreed_uses(source, consent)
        if brief.use not in (None, *agreed):
            raise ConsentNeeded(face.character, tuple(sorted(use or "" for use in agreed)), brief.use or "")
        inherited = replace(brief.reference, consent=consent, photo_round=_photo_round(source))
        return replace(brief, reference=inherited, use=brief.use or source.brief.use)

    async def widen_consent(self, brief: Brief, person: str, place: ChannelRef, wording: str) -> None:
        """Store that the person in the photo behind the brief's face agreed to the brief's use, as `person` says.

        `wording` is what they confirmed. Without effect where the use is agreed already. Raises as `resolve`.
        """
        if brief.reference is None or brief.use is None:
            return
        face = await self._get_face(brief.reference.name, person, place)
        consented = await self._consented_source(face)
        if consented is None or brief.use in await self._agreed_uses(*consented):
            return
        source, _ = consented
        now = self.ports.now()
        event = AuditEvent(CONSENT_WIDENED, face.place, person, now, face.character_id, face.round_id, brief.use)
        wider = WiderConsent(person, now, brief.use, wording)
        await self.storage.consents.widen(_photo_round(source), wider, event)

    async def _get_face(self, name: str, person: str, place: ChannelRef) -> Face:
        face = (await self._find_character(name, person, place)).face
        assert face
        if not await is_visible_to_all(self.ports.channel_access, face.place, place):
            is_private = await self.ports.channel_access.is_private(face.place)
            raise NotAvailableHere("private" if is_private else "outsiders")
        return face

    async def _consented_source(self, face: Face) -> tuple[Round, Consent] | None:
        """Return the face's round and consent if it was drawn after the photo of a person who agreed; None if not.

        Raises BriefError if the consent was withdrawn, NotAvailableHere if the face is hidden.
        """
        source = await self.storage.rounds.get(face.round_id)
        if source.is_face_hidden:
            raise NotAvailableHere("reported")
        if source.brief.reference is None or source.brief.reference.consent is None:
            return None
        if source.brief.reference.is_withdrawn:
            raise BriefError("like", "consent_withdrawn", face.character)
        return source, source.brief.reference.consent

    async def _agreed_uses(self, source: Round, consent: Consent) -> frozenset[IntendedUse | None]:
        """Return the uses that the person in the photo agreed to: the first round's, the face's, and wider ones."""
        agreed = {source.brief.use, *(wider.use for wider in consent.wider)}
        with suppress(KeyError):
            agreed.add((await self.storage.rounds.get(_photo_round(source))).brief.use)
        return frozenset(agreed)

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
        await self.storage.portraits.put(key, picture)
        return replace(
            brief, reference=replace(brief.reference, key=key, sha256=digest, consent=consent, photo_round=round_id)
        )

    async def _find_character(self, name: str, person: str, place: ChannelRef) -> Character:
        """Return the one character of this name with a face; this production's characters come first."""
        matches = [c for c in await self.storage.roster.by_name(place.team, name) if c.face]
        visible = await visible_characters(self.ports.channel_access, matches, person, place)
        production_id = (await self.storage.productions.get(place)).id
        visible = [c for c in visible if c.place == place or c.production_id == production_id] or visible
        if not visible:
            near = await near_characters(self.ports, name, person, place, only_with_face=True)
            raise BriefError("like", "unknown", name, tuple(dict.fromkeys(character.name for character in near)))
        if len(visible) > 1:
            raise BriefError("like", "several", name)
        return visible[0]


def _photo_round(source: Round) -> str:
    """Return the round that the photo behind a face was attached to."""
    assert source.brief.reference
    return source.brief.reference.origin_round or source.id
