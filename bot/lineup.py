"""The cast of a production in one picture, of those faces alone that whoever looks may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.face import Character, Place
from bot.imaging import aside
from bot.ports import Portraits, Productions, Roster, Search, Visibility
from bot.poster import A_POSTER, Caption, Poster
from bot.presenting import preview_of
from bot.production import Production
from bot.recall import Recall

# Two hundred and forty faces; who has more is shown in homes.
_MOST_POSTERS = 6
MOST = _MOST_POSTERS * A_POSTER


@dataclass(frozen=True)
class Cast:
    """The faces of a production, by name: `characters` as many as fit into pictures, `total` all that may be seen.

    `hidden` are faces left out because not everybody in the conversation they would be shown in may see them.
    """

    production: Production
    characters: tuple[Character, ...]
    total: int
    hidden: int = 0


class Lineup:
    """Finds casts and draws them."""

    def __init__(
        self, roster: Roster, productions: Productions, recall: Recall, portraits: Portraits, visibility: Visibility
    ) -> None:
        self._roster = roster
        self._productions = productions
        self._recall = recall
        self._portraits = portraits
        self._visibility = visibility

    async def mine(self, person: str, place: Place) -> Cast:
        """The cast of the production that `place` casts for, as far as the person may see it; they are in `place`."""
        production, places = await self._places(place)
        seen = await self._recall.seen(places, person, place)
        return await self._cast(production, [where for where in places if where in seen])

    async def ours(self, person: str, place: Place) -> Cast:
        """The same, but only faces that everybody in `place` may see, and the person too."""
        mine = await self.mine(person, place)
        production, places = await self._places(place)
        seen = await self._recall.seen(places, person, place)
        common = [w for w in places if w in seen and (w == place or not await self._visibility.is_private(w))]
        cast = await self._cast(production, common)
        return Cast(production, cast.characters, cast.total, mine.total - cast.total)

    async def posters(self, captions: Sequence[tuple[Character, Caption]], title: str) -> list[bytes]:
        """JPEGs of at most `A_POSTER` faces each. One portrait is in memory at a time."""
        pictures = []
        for at in range(0, len(captions), A_POSTER):
            some = captions[at : at + A_POSTER]
            poster = Poster(len(some), title)
            for character, caption in some:
                assert character.face
                face = character.face
                await aside(poster.add, await preview_of(self._portraits, face.round_id, face.slot_id), caption)
            pictures.append(await aside(poster.picture))
        return pictures

    async def _places(self, place: Place) -> tuple[Production, list[Place]]:
        production = await self._productions.of(place)
        shelves = await self._roster.shelves(place.team)
        return production, [shelf.place for shelf in shelves if production.id and shelf.production == production.id]

    async def _cast(self, production: Production, places: Sequence[Place]) -> Cast:
        search = Search(tuple(places), production.id, cast=True)
        page = await self._roster.page(search, MOST, 0)
        return Cast(production, page.characters, page.total)
