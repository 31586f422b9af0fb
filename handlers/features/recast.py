"""[Re-cast ...] under a record: a form with a reason, and what is done when it comes back."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
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
from bot.usecases.casting import Casting
from bot.usecases.recast import RecastMode, RecastRequest
from handlers.slack.api_errors import slack_call
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.modals import open_modal
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import FormSubmission, Payload, parse_price, parses_payload, press_from, submission_from
from handlers.slack.responder import Responder
from handlers.text import errors
from handlers.text import recast as recast_text
from handlers.text.format import strip_mrkdwn
from handlers.views import recast as recast_views
from handlers.views.builder import View
from handlers.views.fields import build_modal

# What is told at a field, so that nothing typed is lost.
_FIELD_ERRORS = (AlreadyCasting, PermissionDenied, BriefError, NoModels, OverBudget, UnacknowledgedOverspend)


class RecastListeners:
    """Listens to re-casts and unlocks. Everything is saved before the ack, drawn and shown after it."""

    def __init__(self, casting: Casting, workspace_guard: WorkspaceGuard) -> None:
        self._recasting = casting.recast
        self._workspace_guard = workspace_guard

    def listen(self, app: AsyncApp) -> None:
        app.action("recast_face")(self.on_press)
        app.view(recast_views.CALLBACK_ID)(self.on_submit)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Show what can be done with the face, and for how much."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await self._workspace_guard.get_round(press)
            options = await self._recasting.options(press.id, press.person)
            with slack_call("views.open"):
                await open_modal(client, press.trigger_id, recast_views.form(options, str(press.event_ts_us)))

    async def on_submit(self, ack: AsyncAck, body: Payload) -> None:
        """What is wrong is told at its field; a price that rose with the words is asked about again."""
        async with reply_with_errors(partial(_replace_form, ack)):
            submission, request = recast_request_from(submission_from(body))
            await self._workspace_guard.get_round(submission)
            try:
                result = await self._recasting.apply(request)
            except PriceIncreased as increase:
                options = await self._recasting.options(request.round_id, request.person)
                modal = recast_views.form(
                    replace(options, price=increase.price),
                    request.key,
                    request.reason,
                    request.text,
                    request.mode,
                    recast_text.price_increased(increase.price),
                )
                await ack(response_action="update", view=modal)
                return
            except _FIELD_ERRORS as error:
                await ack(
                    response_action="errors",
                    errors={_error_field(error, submission): strip_mrkdwn(errors.sentence(error))},
                )
                return
            await ack()
            async with reply_with_errors(ignore):
                await self._recasting.publish(result)


@parses_payload
def recast_request_from(submission: FormSubmission) -> tuple[FormSubmission, RecastRequest]:
    """The form as a wish, and the form by its round's id alone: it carries when it was asked for and at what price."""
    round_id, key, shown_price = submission.id.split()
    is_unlock_only = shown_price == recast_views.NO_PRICE
    mode = RecastMode(
        submission.value(recast_views.MODE) or (RecastMode.ONLY_UNLOCK if is_unlock_only else RecastMode.KEEP)
    )
    text = submission.value(recast_views.BRIEF) if recast_views.BRIEF in submission.values else None
    price = Decimal(0) if is_unlock_only else parse_price(shown_price)
    request = RecastRequest(round_id, submission.person, mode, submission.value(recast_views.REASON), text, key, price)
    return replace(submission, id=round_id), request


def _error_field(error: CastingError, submission: FormSubmission) -> str:
    """Where the form tells it: at the reason or the brief where one of them is wrong, else at the choice."""
    if (
        isinstance(error, BriefError)
        and error.field in (recast_views.REASON, recast_views.BRIEF)
        and error.field in submission.values
    ):
        return error.field
    return recast_views.MODE if recast_views.MODE in submission.values else recast_views.REASON


async def _replace_form(ack: AsyncAck, view: View) -> None:
    """Answer in place of what was filled in."""
    await ack(response_action="update", view=build_modal("told", "", recast_text.TITLE, "", view))
