"""Pictures that portraits shall be like: an earlier face of the roster, or a file somebody attached to a brief."""

from dataclasses import replace
from hashlib import sha256

from bot.brief import Brief, Consent
from bot.errors import BadPicture, BriefError, NotHere
from bot.face import Character, Place
from bot.imaging import aside, examine, reference
from bot.ports import Portraits, Productions, Roster, Visibility


class Likeness:
    """Finds and keeps reference pictures."""

    def __init__(self, roster: Roster, portraits: Portraits, visibility: Visibility, productions: Productions) -> None:
        self._roster = roster
        self._productions = productions
        self._portraits = portraits
        self._visibility = visibility
        self._productions = productions

    async def found(self, brief: Brief, person: str, place: Place) -> Brief:
        """`brief` with the original of the face it names; as it is when it names none or the picture is known.

        Raises BriefError when the person may see no such face, NotHere when the others in `place` may not.
        """
        if brief.like is None or brief.like.key:
            return brief
        face = (await self._character(brief.like.name, person, place)).face
        assert face
        if face.place != place and await self._visibility.is_private(face.place):
            raise NotHere("private")
        return replace(brief, like=replace(brief.like, key=face.portrait.key, sha256=face.portrait.sha256))

    async def kept(self, brief: Brief, data: bytes, consent: Consent | None, round_id: str) -> Brief:
        """`brief` with an attached picture, kept upright and without metadata; raises BriefError for a bad one."""
        assert brief.like
        try:
            await aside(examine, data, "reference")
            picture = await aside(reference, data)
        except BadPicture as error:
            raise BriefError("like", "bad_picture", error.detail) from error
        digest = await aside(lambda: sha256(picture).hexdigest())
        key = f"{round_id}/reference/{digest}"
        await self._portraits.put(key, picture)
        return replace(brief, like=replace(brief.like, key=key, sha256=digest, consent=consent))

    async def _character(self, name: str, person: str, place: Place) -> Character:
        """The one character of this name with a face: this production's own first, then all that the person may see."""
        alike = [c for c in await self._roster.named(place.team, name) if c.face]
        seen = [c for c in alike if c.place == place or await self._visibility.sees(person, c.place)]
        here = (await self._productions.of(place)).id
        seen = [c for c in seen if c.place == place or c.production == here] or seen
        if not seen:
            raise BriefError("like", "unknown", name)
        if len(seen) > 1:
            raise BriefError("like", "several", name)
        return seen[0]
