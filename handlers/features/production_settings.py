"""The submitted form of `/cast settings`: saves a production's settings, or shows errors at their fields."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NameConflict, PermissionDenied, SettingsConflict, SettingsErrors
from bot.domain.ids import ChannelRef
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, show_field_error
from handlers.slack.payloads.parsers import submission_from
from handlers.slack.payloads.values import FormSubmission, Payload
from handlers.slack.responder import FormResponder, post_message
from handlers.text import production_settings as words
from handlers.views import private
from handlers.views import production_settings as blocks


class ProductionSettingsListeners(Listeners):
    """Listeners for the form; it is saved before the ack, and a conflicting save is shown and not overwritten."""

    def listen(self, app: AsyncApp) -> None:
        app.view(blocks.CALLBACK_ID)(self.on_submit)

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        responder = FormResponder(ack, client, "name")
        async with reply_with_errors(responder.ephemeral):
            submission = submission_from(body)
            channel, digest, workspace_digest = submission.expect_ids(3)
            responder.place, responder.person = ChannelRef(submission.place.team, channel), submission.person
            await self.guard.require_member(submission.person, responder.place)
            try:
                events = await self.casting.production_settings_editor.save(
                    responder.place, submission.person, digest, _changed_values(submission), workspace_digest
                )
            except SettingsErrors as error:
                field_errors = {field_error.field: words.field_error(field_error) for field_error in error.errors}
                await ack(response_action="errors", errors=field_errors)
                return
            except (NameConflict, PermissionDenied) as error:
                if isinstance(error, PermissionDenied) and not _changed_values(submission).get("production"):
                    raise
                await show_field_error(ack, "production", error)
                return
            except SettingsConflict:
                await self._show_conflict(ack, responder.place, submission.person)
                return
            await ack()
            await responder.ephemeral(private.note(words.saved(events, self.titles)))
            if announcement := words.permissions_changed(events, self.titles):
                await post_message(private.note(announcement), responder.place, client)

    async def _show_conflict(self, ack: AsyncAck, place: ChannelRef, person: str) -> None:
        """Replace the form with the settings as saved meanwhile, and say so above them."""
        form = await self.casting.production_settings_editor.form(place, person)
        await ack(response_action="update", view=blocks.form(form, self.titles, words.CONFLICT))


def _changed_values(submission: FormSubmission) -> dict[str, tuple[str, ...]]:
    """Return the submitted fields without the menu's entry for the present production."""
    return {field: values for field, values in submission.values.items() if values != (blocks.CURRENT,)}
