"""A card of somebody's home: the face in a modal, and the presses there."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import NotAvailableHere
from bot.face import ChannelRef, Face
from handlers.apology import ignore, reply_with_errors
from handlers.asking import slack_call
from handlers.blocks import private
from handlers.blocks.dialog import build_modal
from handlers.blocks.facts import facts
from handlers.blocks.recall import full_size
from handlers.clients import Clients
from handlers.dialogs import open_modal, open_notice, push_notice, replace_modal
from handlers.handing import ArchiveSender
from handlers.payloads import FormSubmission, Payload, view_action_from
from handlers.reach import WorkspaceGuard
from handlers.showing import FacePresenter
from handlers.sights import RoundLocations
from handlers.words import home as words
from handlers.words import labels, taking
from handlers.words.titles import Titles

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
            async with reply_with_errors(lambda view: open_notice(client, press.trigger_id, words.FACE, view)):
                await self._open_card(press, client)

    async def _open_card(self, press: FormSubmission, client: AsyncWebClient) -> None:
        recalled = await self._recall.recall_by_id(press.id, press.person, ChannelRef(press.place.team, ""))
        found = self._workspace_guard.check_recalled(press, recalled)
        if not found.characters:
            raise NotAvailableHere("unknown")
        view = await self._face_presenter.for_modal(found, press.person, client)
        with slack_call("views.open"):
            await open_modal(client, press.trigger_id, build_modal("card", press.id, words.FACE, "", view))

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
            notice_id = await push_notice(client, press.trigger_id, labels.DOWNLOAD, private.note(words.PACKING))
            async with reply_with_errors(lambda view: replace_modal(client, notice_id, labels.DOWNLOAD, view)):
                archive = await self._face_download.archive(press.id, press.person)
                await self._archive_sender.send(press.place.team, press.person, archive)
                await replace_modal(client, notice_id, labels.DOWNLOAD, private.note(taking.sent(archive)))

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
