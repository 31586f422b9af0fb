"""Presses that finish a face, and the lead's yes or no to a finish that was drawn again."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from bot.finish import FinishState
from handlers.apology import apology
from handlers.blocks import private
from handlers.delivery import Replies
from handlers.payloads import Payload, number_in, press_from
from handlers.reach import Reach
from handlers.words import finishing
from handlers.words.titles import Titles


class Finish:
    """Listens under records. Money is reserved and the finish is saved before the ack, paid for after it."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
        self._finishing = casting.finishing
        self._reach = reach
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.action("finish")(self.on_finish)
        app.action("keep_finish")(self.on_keep)
        app.action("keep_original")(self.on_decline)

    async def on_finish(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """The button carries the round, which attempt this would be, and what finishes it at the price it shows."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            round_id, attempt, seen = press.told(3)
            await self._reach.round(press)
            begun = await replies.in_time(self._finishing.begin(round_id, number_in(attempt), seen, press.person))
            await replies.ack()
            await self._finishing.start(begun.finish)
            if not begun.fresh:
                await replies.privately(private.note(finishing.known(begun.finish, self._titles)))

    async def on_keep(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await self._decide(ack, body, respond, keep=True)

    async def on_decline(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await self._decide(ack, body, respond, keep=False)

    async def _decide(self, ack: AsyncAck, body: Payload, respond: AsyncRespond, *, keep: bool) -> None:
        """The first press counts; whoever pressed otherwise is told what stands."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            round_id, finish_id = press.told(2)
            await self._reach.round(press)
            decided = await self._finishing.decide(round_id, finish_id, press.person, keep=keep)
            if (decided.state is FinishState.KEPT) is not keep:
                await replies.privately(private.note(finishing.standing(decided, self._titles)))
