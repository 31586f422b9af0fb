"""`/cast many`: the form for a pasted list, the confirmation with every price, and the progress message's buttons."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from handlers.slack.listeners import Listeners, at_field, form_listener, press_listener
from handlers.slack.modals import notice
from handlers.slack.payloads.values import ButtonPress, FormSubmission
from handlers.slack.responder import Responder
from handlers.text import cast_many as words
from handlers.views import cast_many as blocks
from handlers.views.builder import View
from handlers.views.fields import joined_text
from handlers.views.private import note


class CastManyListeners(Listeners):
    """Listeners for lists; a confirmed list is saved before the ack, and the scheduler starts its rounds."""

    def listen(self, app: AsyncApp) -> None:
        app.view(blocks.CALLBACK_ID)(form_listener(self.on_list, at_field(blocks.LIST)))
        app.view(blocks.CONFIRM_CALLBACK_ID)(form_listener(self.on_confirm, _show_result, self.guard.check_cast_many))
        app.action("cast_many_continue")(press_listener(self.on_continue, self.guard.check_cast_many))
        app.action("cast_many_drop")(press_listener(self.on_drop, self.guard.check_cast_many))

    async def on_list(self, submission: FormSubmission, ack: AsyncAck) -> None:
        """Check the list of a user who is in the channel, and show it above the form, which keeps its text."""
        place = submission.channel
        await self.guard.require_member(submission.person, place)
        text = joined_text(submission.values, blocks.LIST)
        checked = await self.casting.cast_many.check(text, place, submission.person, submission.view_id)
        await ack(response_action="push", view=blocks.check(checked))

    async def on_confirm(self, submission: FormSubmission, ack: AsyncAck) -> None:
        """Begin the list; close both modals."""
        await self.casting.cast_many.confirm(submission.id, submission.person)
        await ack(response_action="clear")
        await self.casting.cast_many.advance_due()

    async def on_continue(self, press: ButtonPress, responder: Responder) -> None:
        await self.casting.cast_many.resume(press.id, press.person)
        await responder.ack()
        await self.casting.cast_many.advance_due()

    async def on_drop(self, press: ButtonPress, responder: Responder) -> None:
        await self.casting.cast_many.drop_rest(press.id, press.person)
        await responder.ack()
        await self.casting.cast_many.advance_due()


async def _show_result(ack: AsyncAck, view: View) -> None:
    if ack.response is None:
        await ack(response_action="update", view=notice(words.TITLE, note(view.text)))
