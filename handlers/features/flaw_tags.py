"""[What looks artificial ...]: tags for the candidates of an open ballot, from people who have voted."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.ballot import FlawTag
from handlers.slack.listeners import Listeners, form_listener, in_place_of_form, modal_listener
from handlers.slack.modals import Modal, notice
from handlers.slack.payloads.scalars import parses_payload
from handlers.slack.payloads.values import ButtonPress, FormSubmission
from handlers.text import flaw_tags as words
from handlers.views import flaw_tags as blocks
from handlers.views.private import note


class FlawTagListeners(Listeners):
    """Listeners for tags; they are saved before the ack that closes the form."""

    def listen(self, app: AsyncApp) -> None:
        app.action(blocks.CALLBACK_ID)(modal_listener(self.on_press, self.guard.get_round))
        app.view(blocks.CALLBACK_ID)(form_listener(self.on_submit, in_place_of_form(words.TITLE), self.guard.get_round))

    async def on_press(self, press: ButtonPress) -> Modal:
        """Build the form with the user's tags so far."""
        return blocks.form(await self.casting.flaw_tags.form(press.id, press.person))

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck) -> None:
        counts = await self.casting.flaw_tags.submit(submission.id, submission.person, tags_from(submission))
        await ack(response_action="update", view=notice(words.TITLE, note(words.receipt(counts))))


@parses_payload
def tags_from(submission: FormSubmission) -> dict[str, tuple[FlawTag, ...]]:
    """Return the tags by slot id."""
    return {
        slot_id: tuple(FlawTag(value) for value in values)
        for field, values in submission.values.items()
        if (slot_id := blocks.slot_id_of(field))
    }
