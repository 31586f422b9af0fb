"""The lock, and the lead's own decision after a tie or an empty ballot."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from handlers.apology import apology
from handlers.delivery import Replies
from handlers.payloads import Payload, press_from
from handlers.reach import Reach


class Lock:
    """Listens to the lead's last word. The ack comes first: reactions are read back from Slack before a lock."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
        self._locking = casting.locking
        self._reach = reach

    def listen(self, app: AsyncApp) -> None:
        app.action("lock")(self.on_lock)
        app.action("decide")(self.on_decide)

    async def on_lock(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """The button carries the round, and the leader the lead saw on it if there was one."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await self._reach.round(press)
            seen = press.ids[1] if len(press.ids) > 1 else None
            await self._locking.lock(press.id, seen, press.person)

    async def on_decide(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await self._reach.slot(press)
            await self._locking.decide(press.id, press.person)
