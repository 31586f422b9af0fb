"""The home tab: what waits for my vote, the faces I may see, what was spent; and the search, menu and pages in it."""

import asyncio
import re
from collections.abc import Callable

import msgspec
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.brief import NAME_LIMIT
from bot.casting import Casting
from bot.errors import NotTaken
from bot.home import Browsing, HomeView
from handlers.apology import apology, nobody
from handlers.blocks import home as blocks
from handlers.blocks.recall import Sight
from handlers.dialogs import publish, tell_in_dialog
from handlers.payloads import Payload, Touched, number_in, touched_from, visit_from
from handlers.sights import Sights
from handlers.visibility import SlackVisibility
from handlers.words import home as words

log = structlog.get_logger()

Step = Callable[[Browsing, str], Browsing]


class Home:
    """Listens to visits, and to presses in homes. A press tells only where to look; what the person may see there is
    asked anew each time."""

    def __init__(self, casting: Casting, sights: Sights, visibility: SlackVisibility) -> None:
        self._home = casting.home
        self._sights = sights
        self._visibility = visibility

    def listen(self, app: AsyncApp) -> None:
        app.event("app_home_opened")(self.on_visit)
        app.action(re.compile(r"^search( |$)"))(self.on_search)
        app.action(re.compile(r"^production "))(self.on_production)
        app.action(re.compile(r"^page:(back|next)$"))(self.on_page)
        app.action("everyone")(self.on_everyone)

    async def on_visit(self, body: Payload, client: AsyncWebClient) -> None:
        async with apology(nobody):
            if visit := visit_from(body):
                await self._show(visit.team, visit.person, Browsing(), client)

    async def on_search(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await self._go(ack, body, client, lambda at, typed: Browsing(typed[:NAME_LIMIT], at.production))

    async def on_production(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await self._go(
            ack, body, client, lambda at, chosen: Browsing(at.words, "" if chosen == blocks.EVERY else chosen)
        )

    async def on_page(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await self._go(ack, body, client, lambda at, page: Browsing(at.words, at.production, number_in(page)))

    async def on_everyone(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await self._go(ack, body, client, lambda at, _: Browsing())  # noqa: ARG005 - a step's shape

    async def _go(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, step: Step) -> None:
        """Show where a press leads. Of two presses on one home the second is in vain."""
        await ack()
        async with apology(nobody):
            touched = touched_from(body)
            async with apology(lambda view: tell_in_dialog(client, touched.form.opener, words.ROSTER, view)):
                await self._move(touched, step(_was_at(touched), touched.value), client)

    async def _move(self, touched: Touched, looking: Browsing, client: AsyncWebClient) -> None:
        try:
            await self._show(touched.form.place.team, touched.form.person, looking, client, touched.version)
        except NotTaken as error:
            if error.why != "hash_conflict":
                raise
            log.info("home_moved_on")

    async def _show(self, team: str, person: str, looking: Browsing, client: AsyncWebClient, version: str = "") -> None:
        seen = await self._home.home(team, person, looking)
        sights, called = await asyncio.gather(self._look_up(seen, client), self._called(seen))
        kept = msgspec.json.encode(seen.looking).decode()
        await publish(client, person, blocks.home(seen, sights, called), kept, version)

    async def _look_up(self, seen: HomeView, client: AsyncWebClient) -> dict[str, Sight]:
        """Links of the rounds that wait and pictures of the faces, as many as are shown."""
        waiting = [round_.id for round_ in seen.waiting[: blocks.MOST_WAITING]]
        faces = [character.face.round_id for character in seen.characters if character.face]
        links = await asyncio.gather(*(self._sights.of_round(round_id, client) for round_id in waiting))
        pictures = await asyncio.gather(*(self._sights.of_picture(round_id) for round_id in faces))
        return dict(zip((*waiting, *faces), (*links, *pictures), strict=True))

    async def _called(self, seen: HomeView) -> dict[str, str]:
        """What the channels of productions without a name are called; Slack was just asked about them."""
        unnamed = list(dict.fromkeys(shelf.place for shelf in seen.shelves if not shelf.film))
        names = await asyncio.gather(*(self._visibility.name_of(place) for place in unnamed))
        return {place.channel: name for place, name in zip(unnamed, names, strict=True)}


def _was_at(touched: Touched) -> Browsing:
    """Where the home was when it was pressed; the beginning, where an older home says nothing that can be read."""
    try:
        return msgspec.json.decode(touched.form.id, type=Browsing)
    except msgspec.MsgspecError:
        return Browsing()
