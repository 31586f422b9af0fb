"""Re-rolls: what can be drawn again and for how much, then all of it or one."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from handlers.apology import apology
from handlers.blocks import private
from handlers.delivery import Replies
from handlers.payloads import Payload, press_from
from handlers.reach import Reach


class Reroll:
    """Listens to re-rolls. Money is reserved and the slots are saved before the ack, drawn after it."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
        self._opening = casting.opening
        self._audition = casting.audition
        self._reach = reach

    def listen(self, app: AsyncApp) -> None:
        app.action("reroll")(self.on_offer)
        app.action("reroll_all")(self.on_all)
        app.action(re.compile(r"^reroll_one:\d$"))(self.on_one)

    async def on_offer(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """Nothing is drawn yet: the choices and their prices, privately."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.round(press)
            offer = await self._audition.reroll_offer(press.id, press.person)
            await replies.privately(private.reroll(offer))

    async def on_all(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.round(press)
            opened = await self._audition.reroll_all(press.id, press.person)
            await replies.ack()
            await self._opening.begin(opened.round.id)
            await replies.dismiss()

    async def on_one(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """Pressed twice on one message it draws once; the round's own message stays, a private choice goes."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.slot(press)
            slot = await self._audition.reroll_one(press.id, press.person, press.trigger)
            await replies.ack()
            await self._audition.begin_slot(slot.id)
            if press.is_private:
                await replies.dismiss()
