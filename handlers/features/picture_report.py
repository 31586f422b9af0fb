"""[Report ...] under faces and in the comparison, its form, and the decision of the lead."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BriefError
from handlers.slack.error_replies import ignore, reply_with_errors
from handlers.slack.listeners import (
    Listeners,
    form_listener,
    in_place_of_form,
    modal_listener,
    press_listener,
    show_field_error,
    view_action_listener,
)
from handlers.slack.modals import Modal, notice, push_modal
from handlers.slack.payloads.values import ButtonPress, FormSubmission, ViewAction
from handlers.slack.responder import Responder
from handlers.text import picture_report as words
from handlers.views import picture_report as blocks
from handlers.views import private


class ReportListeners(Listeners):
    """Listeners for everybody who sees the round; the decision is checked in the use case."""

    def listen(self, app: AsyncApp) -> None:
        app.action("report")(modal_listener(self.on_press, self.guard.get_round))
        app.action(re.compile(r"report_dismiss:\d+"))(
            press_listener(self.on_dismiss, self.guard.check_slot, ack_first=True)
        )
        app.action("report_candidate")(view_action_listener(self.on_press_in_modal, self.guard.get_round))
        app.view(blocks.CALLBACK_ID)(form_listener(self.on_submit, in_place_of_form(words.TITLE), self.guard.get_round))

    async def on_press(self, press: ButtonPress) -> Modal:
        """Ask which portrait, and why."""
        return blocks.form(await self.casting.reporting.form(press.id))

    async def on_press_in_modal(self, view_action: ViewAction, client: AsyncWebClient) -> None:
        """Ask above the comparison."""
        form = blocks.form(await self.casting.reporting.form(view_action.form.id))
        await push_modal(client, view_action.form.trigger_id, form)

    async def on_dismiss(self, press: ButtonPress, _responder: Responder) -> None:
        """Show the portrait again, for the lead and administrators."""
        await self.casting.reporting.show_again(press.id, press.person)

    async def on_submit(self, submission: FormSubmission, ack: AsyncAck) -> None:
        """Show an invalid reason at its field; else confirm in the modal, hide the portrait and tell the lead."""
        reason, slot_id = submission.value(blocks.REASON), submission.value(blocks.CANDIDATE)
        try:
            self.casting.reporting.check(reason)
        except BriefError as error:
            await show_field_error(ack, blocks.REASON, error)
            return
        await ack(response_action="update", view=notice(words.TITLE, private.note(words.DONE)))
        async with reply_with_errors(ignore):
            await self.casting.reporting.report(submission.id, slot_id, submission.person, reason)
