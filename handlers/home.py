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
from bot.errors import SlackRejected
from bot.home import HomeView, RosterFilter
from handlers.apology import ignore, reply_with_errors
from handlers.blocks import home as blocks
from handlers.blocks.recall import Location
from handlers.dialogs import open_notice, publish_home
from handlers.payloads import Payload, ViewAction, home_opened_from, parse_number, view_action_from
from handlers.sights import RoundLocations
from handlers.visibility import SlackDirectory
from handlers.words import home as words

log = structlog.get_logger()

FilterChange = Callable[[RosterFilter, str], RosterFilter]


class HomeListeners:
    """Listens to visits, and to presses in homes. A press tells only where to look; what the person may see there is
    asked anew each time."""

    def __init__(self, casting: Casting, locations: RoundLocations, directory: SlackDirectory) -> None:
        self._home = casting.home
        self._locations = locations
        self._directory = directory

    def listen(self, app: AsyncApp) -> None:
        app.event("app_home_opened")(self.on_opened)
        app.action(re.compile(r"^search( |$)"))(self.on_search)
        app.action(re.compile(r"^production "))(self.on_production)
        app.action(re.compile(r"^page:(back|next)$"))(self.on_page)
        app.action("everyone")(self.on_show_all)

    async def on_opened(self, body: Payload, client: AsyncWebClient) -> None:
        async with reply_with_errors(ignore):
            if opened := home_opened_from(body):
                await self._show(opened.team, opened.person, RosterFilter(), client)

    async def on_search(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await self._on_filter_change(
            ack, body, client, lambda at, typed: RosterFilter(typed[:NAME_LIMIT], at.production)
        )

    async def on_production(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await self._on_filter_change(
            ack,
            body,
            client,
            lambda at, chosen: RosterFilter(at.words, "" if chosen == blocks.ALL_PRODUCTIONS else chosen),
        )

    async def on_page(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await self._on_filter_change(
            ack, body, client, lambda at, page: RosterFilter(at.words, at.production, parse_number(page))
        )

    async def on_show_all(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await self._on_filter_change(ack, body, client, lambda at, _: RosterFilter())  # noqa: ARG005 - a step's shape

    async def _on_filter_change(
        self, ack: AsyncAck, body: Payload, client: AsyncWebClient, change_filter: FilterChange
    ) -> None:
        """Show where a press leads. Of two presses on one home the second is in vain."""
        await ack()
        async with reply_with_errors(ignore):
            view_action = view_action_from(body)
            async with reply_with_errors(
                lambda view: open_notice(client, view_action.form.trigger_id, words.ROSTER, view)
            ):
                await self._show_filtered(
                    view_action, change_filter(_previous_filter(view_action), view_action.value), client
                )

    async def _show_filtered(
        self, view_action: ViewAction, roster_filter: RosterFilter, client: AsyncWebClient
    ) -> None:
        try:
            await self._show(
                view_action.form.place.team, view_action.form.person, roster_filter, client, view_action.view_hash
            )
        except SlackRejected as error:
            if error.code != "hash_conflict":
                raise
            log.info("home_update_superseded")

    async def _show(
        self, team: str, person: str, roster_filter: RosterFilter, client: AsyncWebClient, view_hash: str = ""
    ) -> None:
        home_view = await self._home.view(team, person, roster_filter)
        locations, channel_names = await asyncio.gather(
            self._find_locations(home_view, client), self._channel_names(home_view)
        )
        private_metadata = msgspec.json.encode(home_view.roster_filter).decode()
        await publish_home(
            client, person, blocks.home(home_view, locations, channel_names), private_metadata, view_hash
        )

    async def _find_locations(self, home_view: HomeView, client: AsyncWebClient) -> dict[str, Location]:
        """Links of the rounds that wait and pictures of the faces, as many as are shown."""
        waiting = [round_.id for round_ in home_view.waiting[: blocks.MAX_WAITING]]
        faces = [character.face.round_id for character in home_view.characters if character.face]
        links = await asyncio.gather(*(self._locations.for_round(round_id, client) for round_id in waiting))
        pictures = await asyncio.gather(*(self._locations.for_picture(round_id) for round_id in faces))
        return dict(zip((*waiting, *faces), (*links, *pictures), strict=True))

    async def _channel_names(self, home_view: HomeView) -> dict[str, str]:
        """What the channels of productions without a name are called; Slack was just asked about them."""
        unnamed = list(dict.fromkeys(section.place for section in home_view.sections if not section.production_name))
        names = await asyncio.gather(*(self._directory.channel_name(place) for place in unnamed))
        return {place.channel: name for place, name in zip(unnamed, names, strict=True)}


def _previous_filter(view_action: ViewAction) -> RosterFilter:
    """Where the home was when it was pressed; the beginning, where an older home says nothing that can be read."""
    try:
        return msgspec.json.decode(view_action.form.id, type=RosterFilter)
    except msgspec.MsgspecError:
        return RosterFilter()
