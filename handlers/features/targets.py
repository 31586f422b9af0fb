"""[Update targets ...] under a record, and its form."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import BriefError
from bot.domain.target import TargetInput
from handlers.slack.listeners import Listeners, form_listener, in_place_of_form, modal_listener
from handlers.slack.modals import Modal
from handlers.slack.payloads.values import ButtonPress, FormSubmission
from handlers.text import targets as words
from handlers.views import targets as blocks


class TargetListeners(Listeners):
    """Listeners for reports; the use case asks at each press who sees the face and may report."""

    def listen(self, app: AsyncApp) -> None:
        app.action("targets")(modal_listener(self.on_press, self.guard.get_round))
        app.view(blocks.CALLBACK_ID)(form_listener(self.on_submit, in_place_of_form(words.TITLE), self.guard.get_round))

    async def on_press(self, press: ButtonPress) -> Modal:
        return blocks.form(await self.casting.targets.form(press.id, press.person))

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck) -> None:
        """Show an invalid field at its place; else store the report and close the form. The record is redrawn."""
        values = [submission.value(field) for field in (blocks.TARGET, blocks.STATE, blocks.EXTERNAL_ID)]
        try:
            await self.casting.targets.report_by_person(submission.id, submission.person, TargetInput.parse(*values))
        except BriefError as error:
            await ack(response_action="errors", errors={error.field: words.field_error(error)})
            return
        await ack()
