"""The home tab: rounds that wait for the user's vote, faces they may see, and the spend; search, menu and pages."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec
import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import NAME_LIMIT
from bot.domain.service_errors import SlackRejected
from bot.usecases.home import HomeView, RosterFilter
from handlers.slack.directory import SlackDirectory
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, event_listener, view_action_listener
from handlers.slack.locations import RoundLocations
from handlers.slack.modals import notice, open_modal, publish_home
from handlers.slack.payloads.parsers import home_opened_from
from handlers.slack.payloads.scalars import parse_number
from handlers.slack.payloads.values import HomeOpened, ViewAction
from handlers.text import home as words
from handlers.views import home as blocks
from handlers.views.recall import Location

log = structlog.get_logger()

FilterChange = Callable[[RosterFilter, str], RosterFilter]


@dataclass(frozen=True)
class HomeListeners(Listeners):
    """Listeners for the home tab; a press only says what to show, the use case checks what the user may see."""

    locations: RoundLocations
    directory: SlackDirectory

    def listen(self, app: AsyncApp) -> None:
        app.event("app_home_opened")(event_listener(home_opened_from, self.on_opened))
        changes: tuple[tuple[str, FilterChange], ...] = (
            (r"^search( |$)", lambda old, typed: RosterFilter(typed[:NAME_LIMIT], old.production)),
            (r"^production ", lambda old, id_: RosterFilter(old.words, "" if id_ == blocks.ALL_PRODUCTIONS else id_)),
            (r"^page:(back|next)$", lambda old, page: RosterFilter(old.words, old.production, parse_number(page))),
            (r"^everyone$", lambda _old, _value: RosterFilter()),
        )
        for action_id, change in changes:
            app.action(re.compile(action_id))(view_action_listener(partial(self.on_filter_change, change)))

    async def on_opened(self, opened: HomeOpened, client: AsyncWebClient) -> None:
        await self._show(opened.team, opened.person, RosterFilter(), client)

    async def on_filter_change(self, change: FilterChange, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show what the user searched or chose; of two presses on the same view only the first counts."""
        form = view_action.form
        async with reply_with_errors(lambda view: open_modal(client, form.trigger_id, notice(words.ROSTER, view))):
            roster_filter = change(_previous_filter(view_action), view_action.value)
            try:
                await self._show(form.place.team, form.person, roster_filter, client, view_action.view_hash)
            except SlackRejected as error:
                if error.code != "hash_conflict":
                    raise
                log.info("home_update_superseded")

    async def _show(
        self, team: str, person: str, roster_filter: RosterFilter, client: AsyncWebClient, view_hash: str = ""
    ) -> None:
        home_view = await self.casting.home.view(team, person, roster_filter)
        locations, channel_names = await asyncio.gather(self._find_locations(home_view), self._channel_names(home_view))
        private_metadata = msgspec.json.encode(home_view.roster_filter).decode()
        await publish_home(
            client, person, blocks.home(home_view, locations, channel_names), private_metadata, view_hash
        )

    async def _find_locations(self, home_view: HomeView) -> dict[str, Location]:
        """Return the links of the open rounds and the pictures of the faces that the home shows, by round id."""
        open_rounds = dict.fromkeys(
            [
                *(each.round.id for each in home_view.decisions[: blocks.MAX_WAITING]),
                *(round_.id for round_ in home_view.waiting[: blocks.MAX_WAITING]),
                *(character.open_round_id for character in home_view.characters if character.open_round_id),
            ]
        )
        faces = [character.face.round_id for character in home_view.characters if character.face]
        links = await asyncio.gather(*(self.locations.link(round_id) for round_id in open_rounds))
        pictures = await asyncio.gather(*(self.locations.for_picture(round_id) for round_id in faces))
        return {round_id: Location(link) for round_id, link in zip(open_rounds, links, strict=True)} | dict(
            zip(faces, pictures, strict=True)
        )

    async def _channel_names(self, home_view: HomeView) -> dict[str, str]:
        """Return the channel names of productions without a name, by channel id; the directory has them cached."""
        unnamed = list(dict.fromkeys(section.place for section in home_view.sections if not section.production_name))
        names = await asyncio.gather(*(self.directory.channel_name(place) for place in unnamed))
        return {place.channel: name for place, name in zip(unnamed, names, strict=True)}


def _previous_filter(view_action: ViewAction) -> RosterFilter:
    """Return the filter of the view that was pressed; the empty one where an older view carries none."""
    try:
        return msgspec.json.decode(view_action.form.id, type=RosterFilter)
    except msgspec.MsgspecError:
        return RosterFilter()
