"""The buttons under a spend report: whether a charge was made, and that a charge above its reservation was seen."""

import re

from slack_bolt.async_app import AsyncApp

from bot.ports.messaging import Recipient
from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import spend as words
from handlers.views import private


class SpendListeners(Listeners):
    """Listeners for answers about charges; only the first answer to each counts."""

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^(not_)?charged:\d$"))(press_listener(self.on_charge_answer))
        app.action(re.compile(r"^seen:\d$"))(press_listener(self.on_acknowledge))

    async def on_charge_answer(self, press: ButtonPress, responder: Responder) -> None:
        """Record whether the provider made an unknown charge."""
        was_charged = press.action_id.startswith("charged")
        entry = await self.casting.spending.confirm_charge(
            press.id, Recipient(press.place.team, press.person), charged=was_charged
        )
        await responder.ephemeral(private.note(words.charge_resolved(entry, was_charged=was_charged)))

    async def on_acknowledge(self, press: ButtonPress, responder: Responder) -> None:
        entry = await self.casting.spending.acknowledge_overspend(press.id, Recipient(press.place.team, press.person))
        await responder.ephemeral(private.note(words.overspend_acknowledged(entry)))
