"""The submitted form that deletes a character."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import BriefError
from bot.usecases.deletion import DeletionRequest
from handlers.slack.listeners import Listeners, channel_form_listener, show_field_error
from handlers.slack.payloads.values import FormSubmission
from handlers.slack.responder import FormResponder
from handlers.text import deletion as words
from handlers.views import deletion as blocks
from handlers.views import private


class DeletionListeners(Listeners):
    """Listeners for the form; the deletion is stored before the ack, and a job does it after."""

    def listen(self, app: AsyncApp) -> None:
        app.view(blocks.CALLBACK_ID)(channel_form_listener(self.on_submit, blocks.NAME))

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck, responder: FormResponder) -> None:
        _, character_id = submission.expect_ids(2)
        name, reason = submission.value(blocks.NAME), submission.value(blocks.REASON)
        request = DeletionRequest(character_id, submission.channel, submission.person, name, reason)
        try:
            await self.casting.deletion.request(request)
        except BriefError as error:
            field = error.field if error.field in (blocks.NAME, blocks.REASON) else blocks.NAME
            await show_field_error(ack, field, error)
            return
        await ack()
        await responder.ephemeral(private.note(words.STARTED))
