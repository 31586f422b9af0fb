"""The form of `/cast settings`, sent in: a production's customs, saved or told at their field why not."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NameConflict, PermissionDenied, SettingsConflict, SettingsErrors
from bot.domain.ids import ChannelRef
from bot.usecases.casting import Casting
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.payloads import FormSubmission, Payload, submission_from
from handlers.slack.responder import FormResponder
from handlers.text import errors
from handlers.text import production_settings as production_settings_text
from handlers.text.format import strip_mrkdwn
from handlers.text.model_titles import Titles
from handlers.views import private
from handlers.views import production_settings as production_settings_views


class ProductionSettingsListeners:
    """Listens to the form. It is saved before the ack; two who save at once never overwrite each other unseen."""

    def __init__(self, casting: Casting) -> None:
        self._production_settings_editor = casting.production_settings_editor
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.view(production_settings_views.CALLBACK_ID)(self.on_submit)

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        responder = FormResponder(ack, client, "name")
        async with reply_with_errors(responder.ephemeral):
            submission = submission_from(body)
            channel, digest = submission.expect_ids(2)
            responder.place, responder.person = ChannelRef(submission.place.team, channel), submission.person
            try:
                events = await self._production_settings_editor.save(
                    responder.place, submission.person, digest, _changed_values(submission)
                )
            except SettingsErrors as error:
                field_errors = {
                    field_error.field: production_settings_text.field_error(field_error) for field_error in error.errors
                }
                await ack(response_action="errors", errors=field_errors)
                return
            except (NameConflict, PermissionDenied) as error:
                if isinstance(error, PermissionDenied) and not _changed_values(submission).get("production"):
                    raise
                await ack(response_action="errors", errors={"production": strip_mrkdwn(errors.sentence(error))})
                return
            except SettingsConflict:
                await self._show_conflict(ack, responder.place, submission.person)
                return
            await ack()
            await responder.ephemeral(private.note(production_settings_text.saved(events, self._titles)))

    async def _show_conflict(self, ack: AsyncAck, place: ChannelRef, person: str) -> None:
        """The same form with what holds by now, and a word above it that says so."""
        form = await self._production_settings_editor.form(place, person)
        await ack(
            response_action="update",
            view=production_settings_views.form(form, self._titles, production_settings_text.CONFLICT),
        )


def _changed_values(submission: FormSubmission) -> dict[str, tuple[str, ...]]:
    """The fields as the core knows them: the production it casts for already is no choice."""
    return {
        field: values for field, values in submission.values.items() if values != (production_settings_views.CURRENT,)
    }
