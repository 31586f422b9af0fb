"""[Re-cast ...] under a record: a form with a reason, and what its submission does."""

from dataclasses import replace
from decimal import Decimal

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import (
    AlreadyCasting,
    BriefError,
    CastingError,
    NoModels,
    OverBudget,
    PermissionDenied,
    PriceIncreased,
    UnacknowledgedOverspend,
)
from bot.usecases.recast import RecastMode, RecastRequest
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.listeners import (
    Listeners,
    form_listener,
    in_place_of_form,
    modal_listener,
    show_field_error,
    view_action_listener,
)
from handlers.slack.modals import Modal, update_modal
from handlers.slack.payloads.scalars import parse_price, parses_payload
from handlers.slack.payloads.values import ButtonPress, FormSubmission, ViewAction
from handlers.text import recast as words
from handlers.views import recast as blocks
from handlers.views.fields import joined_text

# Errors shown at a field, so the user keeps what they typed.
_FIELD_ERRORS = (AlreadyCasting, PermissionDenied, BriefError, NoModels, OverBudget, UnacknowledgedOverspend)


class RecastListeners(Listeners):
    """Listeners for re-casts and unlocks; everything is saved before the ack, drawn and shown after it."""

    def listen(self, app: AsyncApp) -> None:
        app.action("recast_face")(modal_listener(self.on_press, self.guard.get_round))
        app.action(blocks.MODE)(view_action_listener(self.on_mode, self._check_round))
        app.view(blocks.CALLBACK_ID)(form_listener(self.on_submit, in_place_of_form(words.TITLE)))

    async def on_press(self, press: ButtonPress) -> Modal:
        """Build the form with the choices for the face and their price."""
        return blocks.form(await self.casting.recast.options(press.id, press.person), str(press.event_ts_us))

    async def _check_round(self, submitted: FormSubmission) -> None:
        await self.guard.get_round(recast_request_from(submitted)[0])

    async def on_mode(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Name the submit button after the chosen mode, with what the user has typed so far."""
        _, request = recast_request_from(view_action.form)
        options = await self.casting.recast.options(request.round_id, request.person)
        modal = blocks.form(options, request.key, request.reason, request.text, request.mode)
        await update_modal(client, view_action.view_id, modal, view_action.view_hash)

    async def on_submit(self, submitted: FormSubmission, ack: AsyncAck) -> None:
        """Apply the form; show errors at their fields, and ask again where the new text costs more."""
        submission, request = recast_request_from(submitted)
        await self.guard.get_round(submission)
        try:
            result = await self.casting.recast.apply(request)
        except PriceIncreased as increase:
            options = await self.casting.recast.options(request.round_id, request.person)
            modal = blocks.form(
                replace(options, price=increase.price),
                request.key,
                request.reason,
                request.text,
                request.mode,
                words.price_increased(increase.price),
            )
            await ack(response_action="update", view=modal)
            return
        except _FIELD_ERRORS as error:
            field = _error_field(error, submission)
            await show_field_error(ack, field, error)
            return
        await ack()
        async with reply_with_errors(ignore):
            await self.casting.recast.publish(result)


@parses_payload
def recast_request_from(submission: FormSubmission) -> tuple[FormSubmission, RecastRequest]:
    """Parse the form into a request, and the form itself with the round's id alone.

    The form's own id carries the round's id, when it was opened and the price it showed.
    """
    round_id, key, shown_price = submission.id.split()
    is_unlock_only = shown_price == blocks.NO_PRICE
    mode = RecastMode(submission.value(blocks.MODE) or (RecastMode.ONLY_UNLOCK if is_unlock_only else RecastMode.KEEP))
    text = joined_text(submission.values, blocks.BRIEF) if blocks.BRIEF in submission.values else None
    price = Decimal(0) if is_unlock_only else parse_price(shown_price)
    request = RecastRequest(round_id, submission.person, mode, submission.value(blocks.REASON), text, key, price)
    return submission.for_id(round_id), request


def _error_field(error: CastingError, submission: FormSubmission) -> str:
    """Return the field to show an error at: the reason or the brief where one of them is wrong, else the choice."""
    if (
        isinstance(error, BriefError)
        and error.field in (blocks.REASON, blocks.BRIEF)
        and error.field in submission.values
    ):
        return error.field
    return blocks.MODE if blocks.MODE in submission.values else blocks.REASON
