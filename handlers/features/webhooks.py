"""[Webhooks ...] in `/cast settings`: the list of a channel's endpoints, the form that adds one, and their secrets."""

from contextlib import suppress
from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BriefError, CastingError, NotAvailableHere
from bot.domain.ids import ChannelRef
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.listeners import Listeners, in_place_of_form, view_action_listener
from handlers.slack.modals import notice, push_modal, update_modal
from handlers.slack.payloads.parsers import submission_from
from handlers.slack.payloads.values import FormSubmission, Payload, ViewAction
from handlers.text import webhooks as words
from handlers.views import private
from handlers.views import webhooks as blocks


class WebhookListeners(Listeners):
    """Listeners of the modals; each press asks again who may change the settings."""

    def listen(self, app: AsyncApp) -> None:
        app.action("webhooks")(view_action_listener(self.on_open, self._check))
        app.action("webhook_add")(view_action_listener(self.on_add, self._check))
        app.action("webhook_rotate")(view_action_listener(self.on_rotate, self._check))
        for action_id in ("webhook_on", "webhook_off", "webhook_delete"):
            app.action(action_id)(view_action_listener(self.on_change, self._check))
        app.view(blocks.CALLBACK_ID)(self.on_submit)

    async def on_open(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show the list above the settings."""
        found = await self.casting.webhook_settings.list_for(view_action.form.channel, view_action.form.person)
        await push_modal(client, view_action.form.trigger_id, blocks.listing(found))

    async def on_add(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show the form above the list."""
        form = blocks.form(view_action.form.channel.channel, view_action.view_id)
        await push_modal(client, view_action.form.trigger_id, form)

    async def on_rotate(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Show the new secret above the list."""
        place, person = view_action.form.channel, view_action.form.person
        with suppress(KeyError):  # deleted meanwhile, as the list then shows
            try:
                shown = blocks.secret(await self.casting.webhook_settings.rotate(place, person, view_action.value))
            except NotAvailableHere as error:
                shown = private.error_view(error)
            await push_modal(client, view_action.form.trigger_id, notice(words.SECRET_TITLE, shown))
        await self._update_list(client, place, person, view_action.view_id)

    async def on_change(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Switch an endpoint or delete it, and show the list as it is now."""
        place, person, endpoint_id = view_action.form.channel, view_action.form.person, view_action.value
        with suppress(KeyError):  # deleted meanwhile, as the list then shows
            if view_action.action_id == "webhook_delete":
                await self.casting.webhook_settings.delete(place, person, endpoint_id)
            else:
                await self.casting.webhook_settings.switch(
                    place, person, endpoint_id, on=view_action.action_id == "webhook_on"
                )
        await self._update_list(client, place, person, view_action.view_id)

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Show an invalid field at its place; else the secret, once, in place of the form."""
        async with reply_with_errors(partial(in_place_of_form(words.ADD_TITLE), ack)):
            submission = submission_from(body)
            await self._check(submission)
            place, url = submission.channel, submission.value(blocks.URL)
            events = submission.values.get(blocks.EVENTS, ())
            try:
                new = await self.casting.webhook_settings.add(place, submission.person, url, events)
            except BriefError as error:
                await ack(response_action="errors", errors={error.field: words.field_error(error)})
                return
            await ack(response_action="update", view=notice(words.SECRET_TITLE, blocks.secret(new)))
            async with reply_with_errors(ignore):
                list_view_id = submission.id.partition(" ")[2]
                if list_view_id:
                    await self._update_list(client, place, submission.person, list_view_id)

    async def _check(self, form: FormSubmission) -> None:
        """Raise NotAvailableHere, PermissionDenied; the refusal is shown above the modal."""
        await self.guard.require_member(form.person, form.channel)
        await self.casting.permissions.require_settings_change(form.channel, form.person)

    async def _update_list(self, client: AsyncWebClient, place: ChannelRef, person: str, view_id: str) -> None:
        """Show the list as it is now; what was done stays done if Slack does not answer."""
        try:
            found = await self.casting.webhook_settings.list_for(place, person)
            await update_modal(client, view_id, blocks.listing(found))
        except CastingError:
            return
