"""[Comment ...]: a short comment on one candidate, from everyone who sees the round's message."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.usecases.casting import Casting
from handlers.slack.listeners import ack_listener, press_listener
from handlers.slack.modals import notice, open_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.parsers import submission_from
from handlers.slack.payloads.values import ButtonPress, FormSubmission
from handlers.slack.responder import Responder
from handlers.text import comments as words
from handlers.text.format import strip_mrkdwn
from handlers.views import comments as blocks
from handlers.views.builder import View
from handlers.views.private import note


class CommentListeners:
    """Listeners for comments; a comment is saved before the ack that closes the form."""

    def __init__(self, casting: Casting, guard: WorkspaceGuard) -> None:
        self._comments = casting.comments
        self._guard = guard

    def listen(self, app: AsyncApp) -> None:
        app.action("comment")(press_listener(self.on_press, self._guard.get_round, ack_first=True))
        app.view(blocks.CALLBACK_ID)(
            ack_listener(submission_from, self.on_submit, _show_field_error, self._guard.get_round)
        )

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Open the form with the user's comments so far."""
        form = blocks.form(await self._comments.form(press.id, press.person))
        await open_modal(responder.client, press.trigger_id, form)

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck) -> None:
        result = await self._comments.comment(
            submission.id, submission.person, submission.value(blocks.CANDIDATE), submission.value(blocks.TEXT)
        )
        await ack(response_action="update", view=notice(words.TITLE, note(words.receipt(result))))


async def _show_field_error(ack: AsyncAck, view: View) -> None:
    if ack.response is None:
        await ack(response_action="errors", errors={blocks.TEXT: strip_mrkdwn(view.text)})
