"""[Callback ...] on a closed round or under a record: a form with the price, and what its submission starts."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.callback import Situation
from bot.domain.errors import CannotFollowUp, CastingError, OverBudget, PriceIncreased, UnacknowledgedOverspend
from bot.usecases.callback import CallbackChoice, CallbackRequest
from bot.usecases.casting import Casting
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.listeners import form_listener, in_place_of_form, press_listener, view_action_listener
from handlers.slack.modals import open_modal, update_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.scalars import parse_price, parses_payload
from handlers.slack.payloads.values import ButtonPress, FormSubmission, ViewAction
from handlers.slack.responder import Responder
from handlers.text import callback as words
from handlers.text import errors, follow_ups
from handlers.text.format import strip_mrkdwn
from handlers.text.model_titles import Titles
from handlers.views import callback as blocks

# Errors shown at a field, so that the user keeps the choice.
_FIELD_ERRORS = (CannotFollowUp, OverBudget, UnacknowledgedOverspend)
_FIELDS = {"finalists": blocks.FINALISTS, "without_face": blocks.FINALISTS, "situations": blocks.SITUATIONS}


class CallbackListeners:
    """Listeners for callbacks; money is reserved and the round is saved before the ack, everything else after it."""

    def __init__(self, casting: Casting, titles: Titles, guard: WorkspaceGuard) -> None:
        self._callback = casting.callback
        self._titles = titles
        self._guard = guard

    def listen(self, app: AsyncApp) -> None:
        app.action("callback")(press_listener(self.on_press, self._guard.get_round, ack_first=True))
        for field in (blocks.FINALISTS, blocks.SITUATIONS, blocks.MODEL):
            app.action(field)(view_action_listener(self.on_choice, self._check_round))
        app.view(blocks.CALLBACK_ID)(form_listener(self.on_submit, in_place_of_form(words.TITLE)))

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Open the form with the proposal and its price."""
        options = await self._callback.options(press.id, press.person)
        modal = blocks.form(options, str(press.event_ts_us), self._titles)
        await open_modal(responder.client, press.trigger_id, modal)

    async def _check_round(self, submitted: FormSubmission) -> None:
        await self._guard.get_round(callback_request_from(submitted)[0])

    async def on_choice(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show what the changed choice costs."""
        _, request = callback_request_from(view_action.form)
        options = await self._callback.options(request.round_id, request.person, request.choice)
        modal = blocks.form(options, request.key, self._titles)
        await update_modal(client, view_action.view_id, modal, view_action.view_hash)

    async def on_submit(self, submitted: FormSubmission, ack: AsyncAck) -> None:
        """Start the callback; show errors at their fields, and ask again where it costs more than shown."""
        submission, request = callback_request_from(submitted)
        await self._guard.get_round(submission)
        try:
            started = await self._callback.start(request)
        except PriceIncreased as increase:
            options = await self._callback.options(request.round_id, request.person, request.choice)
            note = follow_ups.price_increased(increase.price)
            await ack(response_action="update", view=blocks.form(options, request.key, self._titles, note))
            return
        except _FIELD_ERRORS as error:
            await ack(response_action="errors", errors={_field_of(error): strip_mrkdwn(errors.sentence(error))})
            return
        await ack()
        async with reply_with_errors(ignore):
            await self._callback.enqueue(started.round)


@parses_payload
def callback_request_from(submission: FormSubmission) -> tuple[FormSubmission, CallbackRequest]:
    """Parse the form into a request, and the form itself with the round's id alone."""
    round_id, key, shown_price = submission.expect_ids(3)
    choice = CallbackChoice(
        tuple(submission.values.get(blocks.FINALISTS, ())),
        tuple(Situation(value) for value in submission.values.get(blocks.SITUATIONS, ())),
        submission.value(blocks.MODEL),
    )
    request = CallbackRequest(round_id, submission.person, choice, key, parse_price(shown_price))
    return submission.for_id(round_id), request


def _field_of(error: CastingError) -> str:
    return _FIELDS.get(error.reason, blocks.MODEL) if isinstance(error, CannotFollowUp) else blocks.MODEL
