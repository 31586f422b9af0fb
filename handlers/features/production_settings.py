"""The submitted form of `/cast settings`: saves a production's settings, or shows errors at their fields."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import NameConflict, PermissionDenied, SettingsConflict, SettingsErrors
from bot.domain.ids import ChannelRef
from handlers.slack.listeners import Listeners, channel_form_listener, show_field_error
from handlers.slack.payloads.values import FormSubmission
from handlers.slack.responder import FormResponder, post_message
from handlers.text import production_settings as words
from handlers.views import private
from handlers.views import production_settings as blocks


class ProductionSettingsListeners(Listeners):
    """Listeners for the form; it is saved before the ack, and a conflicting save is shown and not overwritten."""

    def listen(self, app: AsyncApp) -> None:
        app.view(blocks.CALLBACK_ID)(channel_form_listener(self.on_submit, "name"))

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck, responder: FormResponder) -> None:
        place, person, values = submission.channel, submission.person, _changed_values(submission)
        _, digest, workspace_digest = submission.expect_ids(3)
        try:
            events = await self.casting.production_settings_editor.save(place, person, digest, values, workspace_digest)
        except SettingsErrors as error:
            field_errors = {field_error.field: words.field_error(field_error) for field_error in error.errors}
            await ack(response_action="errors", errors=field_errors)
            return
        except (NameConflict, PermissionDenied) as error:
            if isinstance(error, PermissionDenied) and not values.get("production"):
                raise
            await show_field_error(ack, "production", error)
            return
        except SettingsConflict:
            await self._show_conflict(ack, place, person)
            return
        await ack()
        await responder.ephemeral(private.note(words.saved(events, self.titles)))
        if announcement := words.permissions_changed(events, self.titles):
            await post_message(private.note(announcement), place, responder.client)

    async def _show_conflict(self, ack: AsyncAck, place: ChannelRef, person: str) -> None:
        """Replace the form with the settings as saved meanwhile, and say so above them."""
        form = await self.casting.production_settings_editor.form(place, person)
        await ack(response_action="update", view=blocks.form(form, self.titles, words.CONFLICT))


def _changed_values(submission: FormSubmission) -> dict[str, tuple[str, ...]]:
    """Return the submitted fields without the menu's entry for the present production."""
    return {field: values for field, values in submission.values.items() if values != (blocks.CURRENT,)}
