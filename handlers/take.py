"""A press that hands somebody a face with all that belongs to it, in their own messages."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from handlers.apology import apology
from handlers.blocks import private
from handlers.clients import Clients
from handlers.delivery import Replies
from handlers.handing import Handing
from handlers.payloads import Payload, press_from
from handlers.reach import Reach
from handlers.words import taking


class Take:
    """Listens under faces. The ZIP goes into the person's conversation with the bot, never into the channel."""

    def __init__(self, casting: Casting, reach: Reach, clients: Clients) -> None:
        self._taking = casting.taking
        self._reach = reach
        self._handing = Handing(clients)

    def listen(self, app: AsyncApp) -> None:
        app.action("take")(self.on_take)

    async def on_take(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            replies.thread_ts = press.thread_ts
            await replies.ack()
            await self._reach.round(press)
            parcel = await self._taking.parcel(press.id, press.person)
            await self._handing.hand(press.place.team, press.person, parcel)
            await replies.privately(private.note(taking.sent(parcel)))
