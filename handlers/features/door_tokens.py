"""Access tokens for programs and agents: listed, made and revoked from `/cast settings`."""

from datetime import timedelta
from decimal import Decimal

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.door_token import Scope, TokenRequest
from bot.domain.errors import BriefError
from bot.domain.ids import ChannelRef
from bot.domain.production_settings import parse_dollars
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, view_action_listener
from handlers.slack.modals import push_modal, update_modal
from handlers.slack.payloads.parsers import submission_from
from handlers.slack.payloads.values import FormSubmission, Payload, ViewAction
from handlers.slack.responder import FormResponder
from handlers.text import door_tokens as words
from handlers.views import door_tokens as blocks


class DoorTokenListeners(Listeners):
    """Listeners for the list, for revoking, and for the form; a token is shown in the ack of its form only."""

    def listen(self, app: AsyncApp) -> None:
        app.action(blocks.OPEN)(view_action_listener(self.on_open, self._require_member))
        app.action(blocks.NEW)(view_action_listener(self.on_new, self._require_member))
        app.action(blocks.REVOKE)(view_action_listener(self.on_revoke, self._require_member))
        app.view(blocks.FORM_ID)(self.on_submit)

    async def on_open(self, action: ViewAction, client: AsyncWebClient) -> None:
        """Show the channel's tokens above the settings."""
        tokens = await self.casting.door_token_editor.list_tokens(_place_of(action.form), action.form.person)
        await push_modal(client, action.form.trigger_id, blocks.token_list(tokens))

    async def on_new(self, action: ViewAction, client: AsyncWebClient) -> None:
        """Show the form of a new token above the list."""
        await push_modal(client, action.form.trigger_id, blocks.form(_place_of(action.form).channel, action.view_id))

    async def on_revoke(self, action: ViewAction, client: AsyncWebClient) -> None:
        """Revoke a token and show the list as it is then."""
        place, person = _place_of(action.form), action.form.person
        await self.casting.door_token_editor.revoke(action.value, place, person)
        await update_modal(
            client, action.view_id, blocks.token_list(await self.casting.door_token_editor.list_tokens(place, person))
        )

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Store the token, show its text in place of the form, and bring the list below it up to date."""
        responder = FormResponder(ack, client, blocks.NAME)
        async with reply_with_errors(responder.ephemeral):
            submission = submission_from(body)
            _, list_view_id = submission.expect_ids(2)
            place = responder.place = _place_of(submission)
            responder.person = submission.person
            await self._require_member(submission)
            try:
                new = await self.casting.door_token_editor.make(place, submission.person, _request_of(submission))
            except BriefError as error:
                await ack(response_action="errors", errors={error.field: words.field_error(error)})
                return
            await ack(response_action="update", view=blocks.secret(new))
            tokens = await self.casting.door_token_editor.list_tokens(place, submission.person)
            await update_modal(client, list_view_id, blocks.token_list(tokens))

    async def _require_member(self, form: FormSubmission) -> None:
        await self.guard.require_member(form.person, _place_of(form))


def _place_of(form: FormSubmission) -> ChannelRef:
    """Return the channel that a modal is about: the first id that it carries."""
    return ChannelRef(form.place.team, form.id.partition(" ")[0])


def _request_of(submission: FormSubmission) -> TokenRequest:
    """Return what the form asks for; raises BriefError."""
    scopes = frozenset({Scope.READ, *(Scope(value) for value in submission.values.get(blocks.SCOPES, ()))})
    days, raw_cap = submission.value(blocks.LIFETIME), submission.value(blocks.MONTH_CAP).strip()
    cap: Decimal | None = parse_dollars(blocks.MONTH_CAP, raw_cap) if raw_cap else None
    return TokenRequest.parse(submission.value(blocks.NAME), scopes, timedelta(days=int(days)), cap)
