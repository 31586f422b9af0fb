"""The home tab: what waits for my vote, the faces I may see, what was spent today."""

import asyncio
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.home import HomeView
from handlers.apology import apology, nobody
from handlers.asking import asking, with_pictures
from handlers.blocks import home as blocks
from handlers.blocks.recall import Sight
from handlers.blocks.view import View
from handlers.payloads import Payload, visit_from
from handlers.sights import Sights


class Home:
    """Listens to visits."""

    def __init__(self, casting: Casting, sights: Sights) -> None:
        self._home = casting.home
        self._sights = sights

    def listen(self, app: AsyncApp) -> None:
        app.event("app_home_opened")(self.on_visit)

    async def on_visit(self, body: Payload, client: AsyncWebClient) -> None:
        async with apology(nobody):
            if visit := visit_from(body):
                seen = await self._home.home(visit.team, visit.person)
                view = blocks.home(seen, await self._look_up(seen, client))
                with asking("views.publish"):
                    await with_pictures(partial(_publish, client, visit.person), view)

    async def _look_up(self, seen: HomeView, client: AsyncWebClient) -> dict[str, Sight]:
        """Links of the rounds that wait and pictures of the faces, as many as are shown."""
        shown = seen.characters[: blocks.MOST_FACES]
        waiting = [round_.id for round_ in seen.waiting[: blocks.MOST_WAITING]]
        faces = [character.face.round_id for character in shown if character.face]
        links = await asyncio.gather(*(self._sights.of_round(round_id, client) for round_id in waiting))
        pictures = await asyncio.gather(*(self._sights.of_picture(round_id) for round_id in faces))
        return dict(zip((*waiting, *faces), (*links, *pictures), strict=True))


async def _publish(client: AsyncWebClient, person: str, view: View) -> None:
    await client.views_publish(user_id=person, view={"type": "home", "blocks": view.blocks})
