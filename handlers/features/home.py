"""The home tab: what waits for my vote, the faces I may see, what was spent; and the search, menu and pages in it."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import NAME_LIMIT
from bot.domain.errors import NotAvailableHere, SlackRejected
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.usecases.casting import Casting
from bot.usecases.home import HomeView, RosterFilter
from handlers.presenters.face_archive import ArchiveSender
from handlers.presenters.faces import FacePresenter
from handlers.slack.api_errors import slack_call
from handlers.slack.clients import Clients
from handlers.slack.directory import SlackDirectory
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.locations import RoundLocations
from handlers.slack.modals import open_modal, open_notice, publish_home, push_notice, replace_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import (
    FormSubmission,
    Payload,
    ViewAction,
    home_opened_from,
    parse_number,
    view_action_from,
)
from handlers.text import download as download_text
from handlers.text import home as home_text
from handlers.text import labels
from handlers.text.model_titles import Titles
from handlers.views import home as home_views
from handlers.views import private
from handlers.views.fields import build_modal
from handlers.views.recall import Location, facts, full_size

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
            lambda at, chosen: RosterFilter(at.words, "" if chosen == home_views.ALL_PRODUCTIONS else chosen),
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
                lambda view: open_notice(client, view_action.form.trigger_id, home_text.ROSTER, view)
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
            client, person, home_views.home(home_view, locations, channel_names), private_metadata, view_hash
        )

    async def _find_locations(self, home_view: HomeView, client: AsyncWebClient) -> dict[str, Location]:
        """Links of the rounds that wait and pictures of the faces, as many as are shown."""
        waiting = [round_.id for round_ in home_view.waiting[: home_views.MAX_WAITING]]
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


Action = Callable[[FormSubmission, Face], Awaitable[None]]


class HomeCardListeners:
    """Listens to cards. Presses in modals come without a conversation, so each answer is a modal above the face's.

    Sight is checked anew at every press.
    """

    def __init__(
        self, casting: Casting, locations: RoundLocations, workspace_guard: WorkspaceGuard, clients: Clients
    ) -> None:
        self._recall = casting.recall
        self._face_download = casting.face_download
        self._workspace_guard = workspace_guard
        self._face_presenter = FacePresenter(casting, locations)
        self._archive_sender = ArchiveSender(clients)
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^card:\d+$"))(self.on_card)
        app.action("card_full")(self.on_full)
        app.action("card_facts")(self.on_facts)
        app.action("card_take")(self.on_download)

    async def on_card(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """The face, or the round that casts it now."""
        await ack()
        async with reply_with_errors(ignore):
            press = _card_press(body)
            async with reply_with_errors(lambda view: open_notice(client, press.trigger_id, home_text.FACE, view)):
                await self._open_card(press, client)

    async def _open_card(self, press: FormSubmission, client: AsyncWebClient) -> None:
        recalled = await self._recall.recall_by_id(press.id, press.person, ChannelRef(press.place.team, ""))
        found = self._workspace_guard.check_recalled(press, recalled)
        if not found.characters:
            raise NotAvailableHere("unknown")
        view = await self._face_presenter.for_modal(found, press.person, client)
        with slack_call("views.open"):
            await open_modal(client, press.trigger_id, build_modal("card", press.id, home_text.FACE, "", view))

    async def on_full(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Where the original bytes are."""

        async def push_answer(press: FormSubmission, face: Face) -> None:
            url = await self._face_presenter.original_url(press.id, press.person, client)
            upscale = await self._recall.get_upscale(face)
            view = full_size(face, url, upscale, await self._face_presenter.upscale_url(upscale, client))
            await push_notice(client, press.trigger_id, labels.FULL, view)

        await self._on_face_press(ack, body, client, labels.FULL, push_answer)

    async def on_facts(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Where the face comes from."""

        async def push_answer(press: FormSubmission, face: Face) -> None:
            reference = (await self._workspace_guard.get_round(press)).brief.reference
            view = facts(face, self._titles, reference, await self._recall.get_upscale(face))
            await push_notice(client, press.trigger_id, labels.FACTS, view)

        await self._on_face_press(ack, body, client, labels.FACTS, push_answer)

    async def on_download(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """The face as a ZIP into the person's own messages; packing takes longer than a modal can be opened for."""

        async def send_archive(press: FormSubmission, _: Face) -> None:
            notice_id = await push_notice(client, press.trigger_id, labels.DOWNLOAD, private.note(home_text.PACKING))
            async with reply_with_errors(lambda view: replace_modal(client, notice_id, labels.DOWNLOAD, view)):
                archive = await self._face_download.archive(press.id, press.person)
                await self._archive_sender.send(press.place.team, press.person, archive)
                await replace_modal(client, notice_id, labels.DOWNLOAD, private.note(download_text.sent(archive)))

        await self._on_face_press(ack, body, client, labels.DOWNLOAD, send_archive)

    async def _on_face_press(
        self, ack: AsyncAck, body: Payload, client: AsyncWebClient, title: str, action: Action
    ) -> None:
        """A press under a face that the person may see; what goes wrong is told in a modal above it."""
        await ack()
        async with reply_with_errors(ignore):
            press = _card_press(body)
            async with reply_with_errors(lambda view: push_notice(client, press.trigger_id, title, view)):
                await self._workspace_guard.get_round(press)
                await action(press, await self._recall.get_face(press.id, press.person))


def _card_press(body: Payload) -> FormSubmission:
    """The press, with the opaque id its button carries in the place of its view's."""
    view_action = view_action_from(body)
    return replace(view_action.form, id=view_action.value)
