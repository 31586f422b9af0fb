"""Refining a brief: the press that opens the form, and the form as it comes back."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.usecases.casting import Casting
from handlers.slack.api_errors import slack_call
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.modals import open_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, press_from, submission_from
from handlers.slack.responder import Responder
from handlers.text.format import strip_mrkdwn
from handlers.views import refine as refine_views
from handlers.views.builder import View


class RefineListeners:
    """Listens to refinements. What is wrong is told at the field; the child is saved before the ack."""

    def __init__(self, casting: Casting, workspace_guard: WorkspaceGuard) -> None:
        self._start_round = casting.start_round
        self._refining = casting.refine
        self._workspace_guard = workspace_guard

    def listen(self, app: AsyncApp) -> None:
        app.action("refine")(self.on_press)
        app.view(refine_views.CALLBACK_ID)(self.on_submit)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """The form; the private choice it was pressed on goes."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await self._workspace_guard.get_round(press)
            refine_form = await self._refining.form(press.id, press.person)
            with slack_call("views.open"):
                await open_modal(client, press.trigger_id, refine_views.form(refine_form))
            if press.is_ephemeral:
                await responder.delete_original()

    async def on_submit(self, ack: AsyncAck, body: Payload) -> None:
        async def show_field_error(view: View) -> None:
            if ack.response is None:
                await ack(response_action="errors", errors={refine_views.BRIEF: strip_mrkdwn(view.text)})

        async with reply_with_errors(show_field_error):
            submission = submission_from(body)
            await self._workspace_guard.get_round(submission)
            started = await self._refining.refine(
                submission.id, submission.person, submission.value(refine_views.BRIEF)
            )
            await ack()
            await self._start_round.enqueue(started.round.id)
