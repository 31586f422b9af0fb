"""[Full brief]: the whole brief of a round in a modal, for every user who sees the round's message."""

from slack_bolt.async_app import AsyncApp

from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.modals import open_modal
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.views import full_brief


class FullBriefListeners(Listeners):
    """Listener for the button; it changes nothing, so the ack comes first."""

    def listen(self, app: AsyncApp) -> None:
        app.action(full_brief.ACTION_ID)(press_listener(self.on_press, ack_first=True))

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        round_ = await self.guard.get_round(press)
        await open_modal(responder.client, press.trigger_id, full_brief.modal(round_))
