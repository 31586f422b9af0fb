"""The cards of the home tab: a face in a modal, with its original, its facts and its download."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAvailableHere
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from handlers.presenters.download import ArchiveSender
from handlers.presenters.faces import FacePresenter
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, view_action_listener
from handlers.slack.modals import notice, open_modal, push_modal, update_modal
from handlers.slack.payloads.values import FormSubmission, ViewAction
from handlers.text import download, labels
from handlers.text import home as words
from handlers.views import private
from handlers.views.fields import build_modal
from handlers.views.recall import facts

Action = Callable[[FormSubmission, Face, AsyncWebClient], Awaitable[None]]


@dataclass(frozen=True)
class HomeCardListeners(Listeners):
    """Listeners for cards; a press in a modal has no conversation, so each answer is another modal above it.

    Each press checks again what the user may see.
    """

    faces: FacePresenter
    archives: ArchiveSender

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^card:\d+$"))(view_action_listener(self.on_card))
        actions: tuple[tuple[str, str, Action], ...] = (
            ("card_full", labels.FULL, self._show_original),
            ("card_facts", labels.FACTS, self._show_facts),
            ("card_take", labels.DOWNLOAD, self._send_archive),
        )
        for action_id, title, action in actions:
            app.action(action_id)(view_action_listener(partial(self.on_face_press, title, action)))

    async def on_card(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show the face, or the open round that casts it."""
        press = _card_press(view_action)
        async with reply_with_errors(lambda view: open_modal(client, press.trigger_id, notice(words.FACE, view))):
            recalled = await self.casting.recall.recall_by_id(press.id, press.person, ChannelRef(press.place.team, ""))
            found = self.guard.check_recalled(press, recalled)
            if not found.characters:
                raise NotAvailableHere("unknown")
            view = await self.faces.for_modal(found, press.person)
            await open_modal(client, press.trigger_id, build_modal("card", press.id, words.FACE, "", view))

    async def on_face_press(self, title: str, action: Action, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Run `action` with a face that the user may see; show errors in a modal above it."""
        press = _card_press(view_action)
        async with reply_with_errors(lambda view: push_modal(client, press.trigger_id, notice(title, view))):
            await self.guard.get_round(press)
            await action(press, await self.casting.recall.get_face(press.id, press.person), client)

    async def _show_original(self, press: FormSubmission, face: Face, client: AsyncWebClient) -> None:
        view = await self.faces.full_size(press.place.team, face, press.person)
        await push_modal(client, press.trigger_id, notice(labels.FULL, view))

    async def _show_facts(self, press: FormSubmission, face: Face, client: AsyncWebClient) -> None:
        reference = (await self.guard.get_round(press)).brief.reference
        upscale, provenance = await self.casting.recall.get_upscale(face), await self.casting.passports.provenance(face)
        view = facts(face, self.titles, reference, upscale, provenance=provenance)
        await push_modal(client, press.trigger_id, notice(labels.FACTS, view))

    async def _send_archive(self, press: FormSubmission, _: Face, client: AsyncWebClient) -> None:
        """Send the archive as a direct message; the modal opens first, since a trigger is valid for three seconds."""
        notice_id = await push_modal(client, press.trigger_id, notice(labels.DOWNLOAD, private.note(words.PACKING)))
        async with reply_with_errors(lambda view: update_modal(client, notice_id, notice(labels.DOWNLOAD, view))):
            archive = await self.casting.face_download.archive(press.id, press.person)
            await self.archives.send(press.place.team, press.person, archive)
            sent = private.note(download.sent(archive))
            await update_modal(client, notice_id, notice(labels.DOWNLOAD, sent))


def _card_press(view_action: ViewAction) -> FormSubmission:
    """Return the press with the id that its button carries in place of its view's."""
    return view_action.form.for_id(view_action.value)
