"""The form of `--like photo`: a picture, what it shows, and for a real person's photo a confirmation of consent."""

from datetime import datetime

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.brief import Brief, Consent
from bot.casting import Casting
from bot.errors import BriefError
from handlers.apology import apology
from handlers.blocks import photo as blocks
from handlers.delivery import FormBack
from handlers.downloads import attached
from handlers.payloads import Attached, Payload, attached_from
from handlers.words import briefs
from handlers.words import photo as words


class Photo:
    """Listens to the form. What is wrong with a field is told at that field; the file is fetched after the ack."""

    def __init__(self, casting: Casting) -> None:
        self._opening = casting.opening
        self._now = casting.now

    def listen(self, app: AsyncApp) -> None:
        app.view(blocks.CALLBACK)(self.on_submit)

    async def on_submit(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Validate, ack, then fetch, save and work; a second delivery opens nothing twice."""
        back = FormBack(ack, client, blocks.FILE)
        async with apology(back.privately):
            form = attached_from(body)
            wish = await self._opening.wish(form.wish_id, form.person)
            if wish.place.team != form.team:
                raise KeyError(form.wish_id)
            if wrong := _wrong(form, wish.brief):
                await ack(response_action="errors", errors=wrong)
                return
            back.place, back.person = wish.place, form.person
            await ack()
            data = await attached(client, form.file_id)
            text = wish.brief.text if form.text is None else form.text
            opened = await self._opening.open_like(wish.id, form.person, text, data, _consent(form, self._now()))
            await self._opening.begin(opened.round.id)


def _wrong(form: Attached, brief: Brief) -> dict[str, str]:
    """Sentences by field; empty when all is well."""
    wrong = {}
    if form.real and not form.agreed:
        wrong[blocks.CONSENT] = words.CONSENT_MISSING
    if form.text is not None:
        try:
            brief.worded(form.text)
        except BriefError as error:
            wrong[blocks.BRIEF] = briefs.sentence(error)
    return wrong


def _consent(form: Attached, now: datetime) -> Consent | None:
    """The confirmation in the very words that stood in the form."""
    return Consent(form.person, now, f"{words.PHOTO}: {words.AGREED}") if form.real else None
