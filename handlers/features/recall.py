"""Presses under a recalled face: a suggestion, share here, full size, facts."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAvailableHere
from bot.domain.face import Face
from bot.usecases.casting import Casting
from bot.usecases.recall import RecallResult
from handlers.presenters.faces import FacePresenter
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.locations import RoundLocations
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import ButtonPress, Payload, press_from
from handlers.slack.responder import Responder, post_ephemeral, post_message
from handlers.text.model_titles import Titles
from handlers.views.recall import facts, full_size


class RecallListeners:
    """Listens under faces. Nothing here changes anything: the ack comes first, and sight is checked each time."""

    def __init__(self, casting: Casting, locations: RoundLocations, workspace_guard: WorkspaceGuard) -> None:
        self._recall = casting.recall
        self._workspace_guard = workspace_guard
        self._face_presenter = FacePresenter(casting, locations)
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^recall:\d$"))(self.on_choice)
        app.action("share")(self.on_share)
        app.action("full")(self.on_full)
        app.action("facts")(self.on_facts)

    async def on_choice(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """One of the suggested characters."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = await _acked_press(responder, body)
            found = await self._find(press)
            view = await self._face_presenter.for_user(found, press.person, press.place, client)
            thread_ts = press.thread_ts
            await post_ephemeral(
                view, press.place, press.person, client, thread_ts=thread_ts, fallback=responder.ephemeral
            )

    async def on_share(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Show the face to everybody here, if all of them may see it."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = await _acked_press(responder, body)
            found = await self._find(press)
            if found.kind == "nothing":
                raise NotAvailableHere("unknown")
            if not (view := await self._face_presenter.for_channel(found, press.person, press.place, client)):
                raise NotAvailableHere("private")
            await post_message(view, press.place, client, thread_ts=press.thread_ts)
            await responder.delete_original()

    async def on_full(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Where the original bytes are."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = await _acked_press(responder, body)
            face = await self._get_face(press)
            url = await self._face_presenter.original_url(press.id, press.person, client)
            upscale = await self._recall.get_upscale(face)
            await responder.ephemeral(
                full_size(face, url, upscale, await self._face_presenter.upscale_url(upscale, client))
            )

    async def on_facts(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """Where the face comes from."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = await _acked_press(responder, body)
            round_ = await self._workspace_guard.get_round(press)
            face, brief = await self._get_face(press), round_.brief
            upscale = await self._recall.get_upscale(face)
            await responder.ephemeral(
                facts(face, self._titles, brief.reference, upscale, round_.recast_reason, brief.style)
            )

    async def _find(self, press: ButtonPress) -> RecallResult:
        return self._workspace_guard.check_recalled(
            press, await self._recall.recall_by_id(press.id, press.person, press.place)
        )

    async def _get_face(self, press: ButtonPress) -> Face:
        await self._workspace_guard.get_round(press)
        return await self._recall.get_face(press.id, press.person)


async def _acked_press(responder: Responder, body: Payload) -> ButtonPress:
    """A press, acknowledged, to be answered where it was pressed."""
    press = press_from(body)
    responder.thread_ts = press.thread_ts
    await responder.ack()
    return press
