"""Presses under a statement: whether a charge was made, and that one above its reservation was seen."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.ports.messaging import Recipient
from bot.usecases.casting import Casting
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.payloads import Payload, press_from
from handlers.slack.responder import Responder
from handlers.text import spend as spend_text
from handlers.views import private


class SpendListeners:
    """Listens to answers about money. Each counts once, whoever presses and however often."""

    def __init__(self, casting: Casting) -> None:
        self._spending = casting.spending

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^(not_)?charged:\d$"))(self.on_charge_answer)
        app.action(re.compile(r"^seen:\d$"))(self.on_acknowledge)

    async def on_charge_answer(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """An unknown charge was made, or was not."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            was_charged = press.action_id.startswith("charged")
            entry = await self._spending.confirm_charge(
                press.id, Recipient(press.place.team, press.person), charged=was_charged
            )
            await responder.ephemeral(private.note(spend_text.charge_resolved(entry, was_charged=was_charged)))

    async def on_acknowledge(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            entry = await self._spending.acknowledge_overspend(press.id, Recipient(press.place.team, press.person))
            await responder.ephemeral(private.note(spend_text.overspend_acknowledged(entry)))
