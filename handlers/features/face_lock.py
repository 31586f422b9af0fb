"""The lock of a face, and the lead's decision after a tie or an empty ballot."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.error_replies import reply_with_errors
from handlers.slack.listeners import Listeners, modal_listener, press_listener
from handlers.slack.modals import Modal, notice
from handlers.slack.payloads.parsers import submission_from
from handlers.slack.payloads.values import ButtonPress, Payload
from handlers.slack.responder import FormResponder, Responder
from handlers.text import face_lock as face_lock_text
from handlers.views import face_lock
from handlers.views.builder import View


class LockListeners(Listeners):
    """Listeners for [Lock] and for a decided winner; the ack comes first, since a lock reads reactions from Slack."""

    def listen(self, app: AsyncApp) -> None:
        app.action("lock")(press_listener(self.on_lock, self.guard.get_round, ack_first=True))
        app.action("decide")(modal_listener(self.on_choice, self.guard.check_slot))
        app.view(face_lock.DECIDE_CALLBACK_ID)(self.on_decide)

    async def on_lock(self, press: ButtonPress, responder: Responder) -> None:
        """Lock the leader that the button showed; without one, ask the lead what to do."""
        if len(press.ids) > 1:
            await self.casting.lock_face.lock(press.id, press.ids[1], press.person)
            return
        choices = await self.casting.lock_face.choices_without_leader(press.id, press.person)
        await responder.ephemeral(face_lock.no_leader(choices))

    async def on_choice(self, press: ButtonPress) -> Modal:
        """Ask for confirmation of the candidate that the lead chose from the menu."""
        round_, slot = await self.casting.lock_face.get_choice(press.id, press.person)
        return face_lock.decide(round_, slot, self.titles)

    async def on_decide(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Close the modal, then lock: the record is drawn in Slack, which may take longer than the ack may wait."""
        responder = _DecideResponder(ack, client, "")
        async with reply_with_errors(responder.ephemeral):
            submission = submission_from(body)
            round_ = await self.guard.get_round_of_slot(submission)
            responder.place, responder.person = round_.place, submission.person
            await ack()
            await self.casting.lock_face.decide(submission.id, submission.person)


class _DecideResponder(FormResponder):
    """Answers to the confirmed choice: in place of the modal before the ack, then in the conversation."""

    async def ephemeral(self, view: View) -> None:
        if self.ack.response is None:
            await self.ack(response_action="update", view=notice(face_lock_text.TITLE, view))
        else:
            await super().ephemeral(view)
