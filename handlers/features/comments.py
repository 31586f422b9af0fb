"""[Comment ...]: a short comment on one candidate, from everyone who sees the round's message."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from handlers.slack.listeners import Listeners, at_field, form_listener, modal_listener
from handlers.slack.modals import Modal, notice
from handlers.slack.payloads.values import ButtonPress, FormSubmission
from handlers.text import comments as words
from handlers.views import comments as blocks
from handlers.views.private import note


class CommentListeners(Listeners):
    """Listeners for comments; a comment is saved before the ack that closes the form."""

    def listen(self, app: AsyncApp) -> None:
        app.action("comment")(modal_listener(self.on_press, self.guard.get_round))
        app.view(blocks.CALLBACK_ID)(form_listener(self.on_submit, at_field(blocks.TEXT), self.guard.get_round))

    async def on_press(self, press: ButtonPress) -> Modal:
        """Build the form with the user's comments so far."""
        return blocks.form(await self.casting.comments.form(press.id, press.person))

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck) -> None:
        result = await self.casting.comments.comment(
            submission.id, submission.person, submission.value(blocks.CANDIDATE), submission.value(blocks.TEXT)
        )
        await ack(response_action="update", view=notice(words.TITLE, note(words.receipt(result))))
