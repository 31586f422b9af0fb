"""The submitted form that deletes a character."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BriefError
from bot.domain.ids import ChannelRef
from bot.usecases.deletion import DeletionRequest
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, show_field_error
from handlers.slack.payloads.parsers import submission_from
from handlers.slack.payloads.values import Payload
from handlers.slack.responder import FormResponder
from handlers.text import deletion as words
from handlers.views import deletion as blocks
from handlers.views import private


class DeletionListeners(Listeners):
    """Listeners for the form; the deletion is stored before the ack, and a job does it after."""

    def listen(self, app: AsyncApp) -> None:
        app.view(blocks.CALLBACK_ID)(self.on_submit)

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        responder = FormResponder(ack, client, blocks.NAME)
        async with reply_with_errors(responder.ephemeral):
            submission = submission_from(body)
            channel, character_id = submission.expect_ids(2)
            place = ChannelRef(submission.place.team, channel)
            responder.place, responder.person = place, submission.person
            await self.guard.require_member(submission.person, place)
            name, reason = submission.value(blocks.NAME), submission.value(blocks.REASON)
            try:
                await self.casting.deletion.request(
                    DeletionRequest(character_id, place, submission.person, name, reason)
                )
            except BriefError as error:
                field = error.field if error.field in (blocks.NAME, blocks.REASON) else blocks.NAME
                await show_field_error(ack, field, error)
                return
            await ack()
            await responder.ephemeral(private.note(words.STARTED))
