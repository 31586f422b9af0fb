"""Access tokens for programs and agents: listed, made and revoked from `/cast settings`."""

from datetime import timedelta
from decimal import Decimal

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.door_token import Scope, TokenRequest
from bot.domain.errors import BriefError
from bot.domain.production_settings import parse_dollars
from handlers.slack.listeners import Listeners, channel_form_listener, view_action_listener
from handlers.slack.modals import push_modal, update_modal
from handlers.slack.payloads.values import FormSubmission, ViewAction
from handlers.slack.responder import FormResponder
from handlers.text import door_tokens as words
from handlers.views import door_tokens as blocks


class DoorTokenListeners(Listeners):
    """Listeners for the list, for revoking, and for the form; a token is shown in the ack of its form only."""

    def listen(self, app: AsyncApp) -> None:
        app.action(blocks.OPEN)(view_action_listener(self.on_open, self._require_member))
        app.action(blocks.NEW)(view_action_listener(self.on_new, self._require_member))
        app.action(blocks.REVOKE)(view_action_listener(self.on_revoke, self._require_member))
        app.view(blocks.FORM_ID)(channel_form_listener(self.on_submit, blocks.NAME))

    async def on_open(self, action: ViewAction, client: AsyncWebClient) -> None:
        """Show the channel's tokens above the settings."""
        tokens = await self.casting.door_token_editor.list_tokens(action.form.channel, action.form.person)
        await push_modal(client, action.form.trigger_id, blocks.token_list(tokens))

    async def on_new(self, action: ViewAction, client: AsyncWebClient) -> None:
        """Show the form of a new token above the list."""
        await push_modal(client, action.form.trigger_id, blocks.form(action.form.channel.channel, action.view_id))

    async def on_revoke(self, action: ViewAction, client: AsyncWebClient) -> None:
        """Revoke a token and show the list as it is then."""
        place, person = action.form.channel, action.form.person
        await self.casting.door_token_editor.revoke(action.value, place, person)
        await update_modal(
            client, action.view_id, blocks.token_list(await self.casting.door_token_editor.list_tokens(place, person))
        )

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck, responder: FormResponder) -> None:
        """Store the token, show its text in place of the form, and bring the list below it up to date."""
        _, list_view_id = submission.expect_ids(2)
        place, person = submission.channel, submission.person
        try:
            new = await self.casting.door_token_editor.make(place, person, _request_of(submission))
        except BriefError as error:
            await ack(response_action="errors", errors={error.field: words.field_error(error)})
            return
        await ack(response_action="update", view=blocks.secret(new))
        tokens = await self.casting.door_token_editor.list_tokens(place, person)
        await update_modal(responder.client, list_view_id, blocks.token_list(tokens))

    async def _require_member(self, form: FormSubmission) -> None:
        await self.guard.require_member(form.person, form.channel)


def _request_of(submission: FormSubmission) -> TokenRequest:
    """Return what the form asks for; raises BriefError."""
    scopes = frozenset({Scope.READ, *(Scope(value) for value in submission.values.get(blocks.SCOPES, ()))})
    days, raw_cap = submission.value(blocks.LIFETIME), submission.value(blocks.MONTH_CAP).strip()
    cap: Decimal | None = parse_dollars(blocks.MONTH_CAP, raw_cap) if raw_cap else None
    return TokenRequest.parse(submission.value(blocks.NAME), scopes, timedelta(days=int(days)), cap)
