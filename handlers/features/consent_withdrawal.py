"""[Consent withdrawn ...] under a record."""

from slack_bolt.async_app import AsyncApp

from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import consent_withdrawal as words
from handlers.views import private


class ConsentWithdrawalListeners(Listeners):
    """Listeners for the lead and administrators; Slack asks before the press is sent."""

    def listen(self, app: AsyncApp) -> None:
        app.action("withdraw_consent")(press_listener(self.on_press, self.guard.get_round, ack_first=True))

    async def on_press(self, press: ButtonPress, responder: Responder) -> None:
        """Withdraw the consent, and say what was marked."""
        rounds = await self.casting.consent_withdrawal.withdraw(press.id, press.person)
        await responder.ephemeral(private.note(words.done(rounds)))
