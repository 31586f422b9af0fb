"""Re-rolls: what can be drawn again and for how much, then all of it, one, or another moment of one."""

import re
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from bot.slot import Slot
from handlers.apology import apology
from handlers.blocks.reroll import reroll
from handlers.delivery import Replies
from handlers.payloads import Payload, press_from
from handlers.reach import Reach
from handlers.words.titles import Titles

Deed = Callable[[str, str, str], Awaitable[Slot]]


class Reroll:
    """Listens to re-rolls. Money is reserved and the slots are saved before the ack, drawn after it."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
        self._opening = casting.opening
        self._rerolling = casting.rerolling
        self._titles = Titles(casting.catalogue)
        self._reach = reach

    def listen(self, app: AsyncApp) -> None:
        app.action("reroll")(self.on_offer)
        app.action("reroll_all")(self.on_all)
        app.action(re.compile(r"^reroll_one(:\d)?$"))(self.on_one)
        app.action("vary")(self.on_vary)

    async def on_offer(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """Nothing is drawn yet: the choices and their prices, privately."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.round(press)
            offer = await self._rerolling.offer(press.id, press.person)
            await replies.privately(reroll(offer, self._titles))

    async def on_all(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.round(press)
            opened = await self._rerolling.all(press.id, press.person)
            await replies.ack()
            await self._opening.begin(opened.round.id)
            await replies.dismiss()

    async def on_one(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await self._further(self._rerolling.one, body, Replies(ack, respond))

    async def on_vary(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await self._further(self._rerolling.vary, body, Replies(ack, respond))

    async def _further(self, deed: Deed, body: Payload, replies: Replies) -> None:
        """Pressed twice on one message it draws once; the round's own message stays, a private choice goes."""
        async with apology(replies.privately):
            press = press_from(body)
            await self._reach.slot(press)
            slot = await deed(press.id, press.person, press.trigger)
            await replies.ack()
            await self._rerolling.begin(slot.id)
            if press.is_private:
                await replies.dismiss()
