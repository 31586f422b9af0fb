"""[Refine]: a form with the brief to change, and the new round it starts."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.usecases.casting import Casting
from handlers.slack.listeners import ack_listener, press_listener
from handlers.slack.modals import open_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.parsers import submission_from
from handlers.slack.payloads.scalars import parse_microseconds, parses_payload
from handlers.slack.payloads.values import ButtonPress, FormSubmission
from handlers.slack.responder import Responder
from handlers.text.format import strip_mrkdwn
from handlers.views import refine as refine_views
from handlers.views.builder import View
from handlers.views.fields import joined_text


class RefineListeners:
    """Listeners for refinements; the new round is saved before the ack."""

    def __init__(self, casting: Casting, guard: WorkspaceGuard) -> None:
        self._start_round = casting.start_round
        self._refine = casting.refine
        self._guard = guard

    def listen(self, app: AsyncApp) -> None:
        app.action("refine")(press_listener(self.on_press, self._guard.get_round, ack_first=True))
        app.view(refine_views.CALLBACK_ID)(
            ack_listener(submission_from, self.on_submit, _show_field_error, self._guard.get_round)
        )

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Open the form; delete the private message with the button."""
        form = refine_views.form(await self._refine.form(press.id, press.person))
        await open_modal(responder.client, press.trigger_id, form)
        if press.is_ephemeral:
            await responder.delete_original()

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck) -> None:
        text = joined_text(submission.values, refine_views.BRIEF)
        added_comments = _added_comments(submission)
        started = await self._refine.refine(submission.id, submission.person, text, added_comments)
        await ack()
        await self._start_round.enqueue(started.round.id)


@parses_payload
def _added_comments(submission: FormSubmission) -> frozenset[tuple[str, int]]:
    """Return slot and timestamp of each ticked comment."""
    pairs = (value.split() for value in submission.values.get(refine_views.COMMENTS, ()))
    return frozenset((slot_id, parse_microseconds(event_ts_us)) for slot_id, event_ts_us in pairs)


async def _show_field_error(ack: AsyncAck, view: View) -> None:
    if ack.response is None:
        await ack(response_action="errors", errors={refine_views.BRIEF: strip_mrkdwn(view.text)})
