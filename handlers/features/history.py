"""Presses around a character's past: a history, its earlier pages, and two versions side by side."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAvailableHere
from bot.usecases.casting import Casting
from handlers.presenters.faces import FacePresenter
from handlers.slack.api_errors import slack_call
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.locations import RoundLocations
from handlers.slack.modals import open_modal, update_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, parse_number, press_from, view_action_from
from handlers.slack.responder import Responder, post_ephemeral
from handlers.views.history import LEFT, RIGHT


class HistoryListeners:
    """Listens under histories and records. Nothing here changes anything; sight is checked each time."""

    def __init__(self, casting: Casting, locations: RoundLocations, workspace_guard: WorkspaceGuard) -> None:
        self._history = casting.history
        self._workspace_guard = workspace_guard
        self._face_presenter = FacePresenter(casting, locations)

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^(history(:\d)?|earlier)$"))(self.on_press)
        app.action("versions")(self.on_versions)
        app.action(re.compile(rf"^({LEFT}|{RIGHT})$"))(self.on_pick)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """The history of a character, from the page that the press names."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            responder.thread_ts = press.thread_ts
            await responder.ack()
            history = await self._history.get_by_id(press.id, press.person, press.place)
            self._workspace_guard.check_recalled(press, history.recall_result)
            page = parse_number(press.ids[1]) if len(press.ids) > 1 else 0
            view = await self._face_presenter.history(history, page, client)
            thread_ts = press.thread_ts
            await post_ephemeral(
                view, press.place, press.person, client, thread_ts=thread_ts, fallback=responder.ephemeral
            )

    async def on_versions(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """The face of the round that was pressed beside the newest other one."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await self._workspace_guard.get_round(press)
            if not (modal := await self._face_presenter.versions(press.id, "", press.person, client)):
                raise NotAvailableHere("unknown")
            with slack_call("views.open"):
                await open_modal(client, press.trigger_id, modal)

    async def on_pick(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Other versions picked in the modal."""
        await ack()
        async with reply_with_errors(ignore):
            view_action = view_action_from(body)
            await self._workspace_guard.get_round(view_action.form)
            left_round_id, right_round_id = view_action.form.value(LEFT), view_action.form.value(RIGHT)
            if modal := await self._face_presenter.versions(
                left_round_id, right_round_id, view_action.form.person, client
            ):
                await update_modal(client, view_action.view_id, modal, view_action.view_hash)
