"""Presses under a statement: whether a charge was made, and that one above its reservation was seen."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from bot.ports import Reader
from handlers.apology import apology
from handlers.blocks import private
from handlers.delivery import Replies
from handlers.payloads import Payload, press_from
from handlers.words import spend as words


class Spend:
    """Listens to answers about money. Each counts once, whoever presses and however often."""

    def __init__(self, casting: Casting) -> None:
        self._spending = casting.spending

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^(not_)?charged:\d$"))(self.on_settle)
        app.action(re.compile(r"^seen:\d$"))(self.on_seen)

    async def on_settle(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """An unknown charge was made, or was not."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            charged = press.action.startswith("charged")
            entry = await self._spending.settle(press.id, Reader(press.place.team, press.person), charged=charged)
            await replies.privately(private.note(words.settled(entry, charged=charged)))

    async def on_seen(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            entry = await self._spending.see(press.id, Reader(press.place.team, press.person))
            await replies.privately(private.note(words.seen(entry)))
