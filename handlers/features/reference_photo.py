"""The submitted form of `--like photo`: a picture, what it shows, and for a real person their consent."""

from datetime import datetime

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.brief import Brief, Consent
from bot.domain.errors import BriefError
from bot.usecases.casting import Casting
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.files import download_file
from handlers.slack.payloads.parsers import photo_form_from
from handlers.slack.payloads.values import Payload, PhotoForm
from handlers.slack.responder import FormResponder
from handlers.text import brief_errors
from handlers.text import reference_photo as words
from handlers.views import reference_photo as blocks


class ReferencePhotoListeners:
    """Listeners for the form; errors are shown at their fields, and the file is downloaded after the ack."""

    def __init__(self, casting: Casting) -> None:
        self._start_round = casting.start_round
        self._now = casting.now

    def listen(self, app: AsyncApp) -> None:
        app.view(blocks.CALLBACK_ID)(self.on_submit)

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Validate, ack, then download, save and work; a second delivery starts no second round."""
        responder = FormResponder(ack, client, blocks.FILE)
        async with reply_with_errors(responder.ephemeral):
            form = photo_form_from(body)
            draft = await self._start_round.get_draft(form.draft_id, form.person)
            if draft.place.team != form.team:
                raise KeyError(form.draft_id)
            if errors := _field_errors(form, draft.brief):
                await ack(response_action="errors", errors=errors)
                return
            responder.place, responder.person = draft.place, form.person
            await ack()
            data = await download_file(client, form.file_id)
            text = draft.brief.text if form.text is None else form.text
            started = await self._start_round.start_with_photo(
                draft.id, form.person, text, data, _consent(form, self._now())
            )
            await self._start_round.enqueue(started.round.id)


def _field_errors(form: PhotoForm, brief: Brief) -> dict[str, str]:
    """Return the error texts by field."""
    errors = {}
    if form.is_real_person and not form.has_consent:
        errors[blocks.CONSENT] = words.CONSENT_MISSING
    if form.text is not None:
        try:
            brief.with_text(form.text)
        except BriefError as error:
            errors[blocks.BRIEF] = brief_errors.sentence(error)
    return errors


def _consent(form: PhotoForm, now: datetime) -> Consent | None:
    """Return the confirmation with the exact text that the form showed."""
    return Consent(form.person, now, f"{words.PHOTO}: {words.AGREED}") if form.is_real_person else None
