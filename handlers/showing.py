"""What was recalled, as a view for one person or for everybody in a conversation."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.face import Place
from bot.recall import Recalled
from handlers.blocks.recall import recalled
from handlers.blocks.view import View
from handlers.sights import Sights
from handlers.words.titles import Titles


class Showing:
    """Draws what recall found."""

    def __init__(self, casting: Casting, sights: Sights) -> None:
        self._recall = casting.recall
        self._sights = sights
        self._titles = Titles(casting.catalogue)

    async def for_one(self, found: Recalled, place: Place, client: AsyncWebClient) -> View:
        """For the person who asked in `place`, with [Share here] where everybody there may see it."""
        share = found.kind == "face" and await self._all_may_see(found, place)
        return recalled(found, await self._sights.of_found(found, client), self._titles, share=share)

    async def for_all(self, found: Recalled, place: Place, client: AsyncWebClient) -> View | None:
        """For everybody in `place`; None unless it is one character that they all may see."""
        if found.kind not in ("face", "casting") or not await self._all_may_see(found, place):
            return None
        return recalled(found, await self._sights.of_found(found, client), self._titles, share=False)

    async def _all_may_see(self, found: Recalled, place: Place) -> bool:
        return await self._recall.visible_answer(found.characters[0], place)
