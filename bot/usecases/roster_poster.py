"""The roster poster: the faces of a production that a person may see, in one picture."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.domain.face import Character
from bot.domain.ids import ChannelRef
from bot.domain.production import Production
from bot.domain.service_errors import PortraitMissing
from bot.imaging.pictures import run_in_thread
from bot.imaging.poster import FACES_PER_POSTER, Caption, Poster
from bot.ports.roster import RosterQuery
from bot.usecases.access import is_visible_to_all, visible_channels
from bot.usecases.ports import UseCase
from bot.usecases.previews import get_preview

log = structlog.get_logger()

# 240 faces; the home shows larger rosters.
_MAX_POSTERS = 6
MAX_FACES = _MAX_POSTERS * FACES_PER_POSTER


@dataclass(frozen=True)
class VisibleRoster:
    """The faces of a production by name: `characters` that fit into the pictures, and the `total` visible.

    `hidden` counts faces that not everybody in the target conversation may see.
    """

    production: Production
    characters: tuple[Character, ...]
    total: int
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class RosterPoster(UseCase):
    """Selects the faces of a production and draws posters."""

    async def visible_to(self, person: str, place: ChannelRef) -> VisibleRoster:
        """Return the roster of the production of `place` that the person, who is in `place`, may see."""
        production, visible = await self._visible_channels(person, place)
        return await self._load_roster(production, visible)

    async def shareable_in(self, person: str, place: ChannelRef) -> VisibleRoster:
        """Return the roster that the person and everybody in `place` may see."""
        production, visible = await self._visible_channels(person, place)
        shareable = [w for w in visible if await is_visible_to_all(self.ports.channel_access, w, place)]
        own_roster = await self._load_roster(production, visible)
        roster = await self._load_roster(production, shareable)
        return replace(roster, hidden=own_roster.total - roster.total)

    async def render(self, captions: Sequence[tuple[Character, Caption]], title: str) -> list[bytes]:
        """Draw JPEGs of at most FACES_PER_POSTER faces each, with one portrait in memory at a time.

        A lost or hidden portrait leaves a grey field; raises PortraitMissing if all are lost.
        """
        hidden = await self.list_hidden([character for character, _ in captions])
        pictures: list[bytes] = []
        lost: list[PortraitMissing] = []
        for start in range(0, len(captions), FACES_PER_POSTER):
            batch = captions[start : start + FACES_PER_POSTER]
            poster = await run_in_thread(Poster, len(batch), title)
            for character, caption in batch:
                await run_in_thread(poster.add, await self.load_preview(character, hidden, lost), caption)
            if len(lost) == len(captions):
                raise lost[0]
            pictures.append(await run_in_thread(poster.to_jpeg))
        return pictures

    async def list_hidden(self, characters: Iterable[Character]) -> frozenset[str]:
        """Return the rounds of those faces that a report hides."""
        return await self.storage.reports.list_hidden_faces([c.face.round_id for c in characters if c.face])

    async def load_preview(
        self, character: Character, hidden: Container[str], lost: list[PortraitMissing]
    ) -> bytes | None:
        """Return a face's preview; None for a hidden one, and for a lost one, which is added to `lost`."""
        assert character.face
        face = character.face
        if face.round_id in hidden:
            return None
        try:
            return await get_preview(self.storage.portraits, face.round_id, face.slot_id)
        except PortraitMissing as error:
            log.warning("roster_portrait_missing", round=face.round_id, why=str(error))
            lost.append(error)
            return None

    async def _visible_channels(self, person: str, place: ChannelRef) -> tuple[Production, list[ChannelRef]]:
        """Return the production of `place` and those of its channels that the person may see."""
        production = await self.storage.productions.get(place)
        sections = await self.storage.roster.sections(place.team)
        places = [s.place for s in sections if production.id and s.production_id == production.id]
        visible = await visible_channels(self.ports.channel_access, places, person, place)
        return production, [channel for channel in places if channel in visible]

    async def _load_roster(self, production: Production, places: Sequence[ChannelRef]) -> VisibleRoster:
        query = RosterQuery(tuple(places), production.id, only_with_face=True)
        page = await self.storage.roster.page(query, MAX_FACES, 0)
        return VisibleRoster(production, page.characters, page.total)
