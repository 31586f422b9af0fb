"""[Full brief]: the whole brief of a round in a modal, for every user who sees the round's message."""

from slack_bolt.async_app import AsyncApp

from handlers.slack.listeners import Listeners, modal_listener
from handlers.slack.modals import Modal
from handlers.slack.payloads.values import ButtonPress
from handlers.views import full_brief


class FullBriefListeners(Listeners):
    """Listener for the button; it changes nothing, so the ack comes first."""

    def listen(self, app: AsyncApp) -> None:
        app.action(full_brief.ACTION_ID)(modal_listener(self.on_press))

    async def on_press(self, press: ButtonPress) -> Modal:
        return full_brief.modal(await self.guard.get_round(press))
