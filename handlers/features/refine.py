"""[Refine]: a form with the brief to change, and the new round it starts."""

from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ballot import FlawTag
from bot.domain.flaw_tags import add_words, words_for
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import (
    Listeners,
    at_field,
    form_listener,
    in_place_of_form,
    press_listener,
    view_action_listener,
)
from handlers.slack.modals import open_modal, update_modal
from handlers.slack.payloads.scalars import parse_microseconds, parses_payload
from handlers.slack.payloads.values import ButtonPress, FormSubmission, ViewAction
from handlers.slack.responder import Responder
from handlers.text import refine as words
from handlers.views import flaw_tags as flaw_tag_views
from handlers.views import refine as refine_views
from handlers.views.fields import joined_text


class RefineListeners(Listeners):
    """Listeners for refinements; the new round is saved before the ack."""

    def listen(self, app: AsyncApp) -> None:
        app.action("refine")(press_listener(self.on_press, self.guard.get_round, ack_first=True))
        app.action(flaw_tag_views.ADD_ACTION)(view_action_listener(self.on_add, self.guard.get_round))
        app.view(refine_views.CALLBACK_ID)(form_listener(self.on_submit, in_place_of_form(words.TITLE)))

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Open the form; delete the private message with the button."""
        form = refine_views.form(await self.casting.refine.form(press.id, press.person))
        await open_modal(responder.client, press.trigger_id, form)
        if press.is_ephemeral:
            await responder.delete_original()

    async def on_add(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Put the words for a flaw into the text as the user has typed it so far."""
        submission = view_action.form
        field, added = parse_brief_field(submission)
        tag = parse_tag(view_action.value)
        form = await self.casting.refine.form(submission.id, submission.person)
        text = joined_text(submission.values, field)
        if tag not in added:
            text, added = add_words(text, words_for(tag, form.round.brief.text)), (*added, tag)
        modal = refine_views.form(form, text, added)
        await update_modal(client, view_action.view_id, modal, view_action.view_hash)

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck) -> None:
        field, added_tags = parse_brief_field(submission)
        async with reply_with_errors(partial(at_field(field), ack)):
            await self.guard.get_round(submission)
            text = joined_text(submission.values, field)
            added_comments = _added_comments(submission)
            started = await self.casting.refine.refine(
                submission.id, submission.person, text, added_comments, added_tags
            )
            await ack()
            await self.casting.start_round.enqueue(started.round.id)


@parses_payload
def parse_brief_field(submission: FormSubmission) -> tuple[str, tuple[FlawTag, ...]]:
    """Return the id of the field with the brief, and the flaws whose words the user has added."""
    return refine_views.find_brief_field(submission.values)


@parses_payload
def parse_tag(value: str) -> FlawTag:
    return FlawTag(value)


@parses_payload
def _added_comments(submission: FormSubmission) -> frozenset[tuple[str, int]]:
    """Return slot and timestamp of each ticked comment."""
    pairs = (value.split() for value in submission.values.get(refine_views.COMMENTS, ()))
    return frozenset((slot_id, parse_microseconds(event_ts_us)) for slot_id, event_ts_us in pairs)
