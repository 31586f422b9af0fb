"""[Who voted ...]: who voted for what on a closed open ballot, in a modal for the user who asks."""

from slack_bolt.async_app import AsyncApp

from handlers.slack.listeners import Listeners, modal_listener
from handlers.slack.modals import Modal, notice
from handlers.slack.payloads.values import ButtonPress
from handlers.text import vote_details as words
from handlers.views.vote_details import vote_details


class VoteDetailsListeners(Listeners):
    """Listener for the button; it changes nothing, so the ack comes first."""

    def listen(self, app: AsyncApp) -> None:
        app.action("who_voted")(modal_listener(self.on_press, self.guard.get_round))

    async def on_press(self, press: ButtonPress) -> Modal:
        return notice(words.TITLE, vote_details(await self.casting.vote_details.get(press.id), self.titles))
