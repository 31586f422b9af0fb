"""A character's history page by page, and two versions of its face side by side."""

import re
from dataclasses import dataclass

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAvailableHere
from handlers.presenters.compare import ComparePresenter
from handlers.presenters.faces import FacePresenter
from handlers.slack.listeners import Listeners, press_listener, view_action_listener
from handlers.slack.modals import PICTURE_WAIT_SECONDS, open_modal_with_picture, update_modal
from handlers.slack.payloads.scalars import parse_number
from handlers.slack.payloads.values import ButtonPress, ViewAction
from handlers.slack.responder import Responder
from handlers.views.history import LARGE, LEFT, RIGHT


@dataclass(frozen=True)
class HistoryListeners(Listeners):
    """Listeners under histories and records; they change nothing and check each time what the user may see."""

    faces: FacePresenter
    pictures: ComparePresenter

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^(history(:\d)?|earlier)$"))(press_listener(self.on_press, ack_first=True))
        app.action("versions")(press_listener(self.on_versions, self.guard.get_round, ack_first=True))
        app.action(re.compile(rf"^({LEFT}|{RIGHT}|{LARGE}:\d+:\d+)$"))(
            view_action_listener(self.on_pick, self.guard.get_round)
        )

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Show a character's history, from the page that the button carries."""
        history = await self.casting.history.get_by_id(press.id, press.person, press.place)
        self.guard.check_recalled(press, history.recall_result)
        page = parse_number(press.ids[1]) if len(press.ids) > 1 else 0
        await responder.post_ephemeral(await self.faces.history(history, page), press.place, press.person)

    async def on_versions(self, press: ButtonPress, responder: Responder) -> None:
        """Show the face of the round beside the newest other one."""
        if not (compared := await self.faces.versions(press.place.team, press.id, "", press.person)):
            raise NotAvailableHere("unknown")
        drawing = self.pictures.versions_file(press.place.team, compared.pair)
        await open_modal_with_picture(responder.client, press.trigger_id, compared.modal, drawing, PICTURE_WAIT_SECONDS)

    async def on_pick(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show the versions that the user picked in the modal, and those large that they picked below the picture."""
        form = view_action.form
        large = [round_id for field, chosen in form.values.items() if field.startswith(LARGE) for round_id in chosen]
        compared = await self.faces.versions(
            form.place.team, form.value(LEFT) or form.id, form.value(RIGHT), form.person, large
        )
        if compared:
            file_id = await self.pictures.versions_file(form.place.team, compared.pair)
            await update_modal(client, view_action.view_id, compared.modal(file_id), view_action.view_hash)
