"""How the lead steers a round: open the vote early, cancel, close, extend, run off, drop; or another in their place."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from bot.round import Round
from handlers.apology import apology
from handlers.blocks import private
from handlers.delivery import Replies
from handlers.payloads import Payload, Press, moment_in, press_from
from handlers.reach import Reach
from handlers.words import voters

Deed = Callable[[str, str], Awaitable[object]]
Listener = Callable[[AsyncAck, Payload, AsyncRespond], Awaitable[None]]


class Steer:
    """Listens to the lead. The ack comes first, since each deed also redraws the message."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
        self._voting = casting.voting
        self._permits = casting.permits
        self._reach = reach
        self._deeds: dict[str, Deed] = {
            "open_now": casting.audition.open_now,
            "cancel": casting.audition.cancel,
            "close": casting.voting.close,
            "extend": casting.voting.extend,
            "run_off": casting.voting.run_off,
            "drop": casting.voting.drop,
        }

    def listen(self, app: AsyncApp) -> None:
        for action, deed in self._deeds.items():
            app.action(action)(on_press(deed, self._reach))
        app.action("more")(self.on_more)
        app.action("take_over")(self.on_take_over)

    async def on_more(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """The menu behind three dots carries the round and what to do with it; what ends a round asks once more."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            round_ = await self._reach.round(press)
            if press.ids[1:2] == ("extend",):
                await replies.privately(private.note(voters.extended(await self._prolonged(press))))
            else:
                await self._permits.lead(round_, press.person, "drop")
                await replies.privately(private.dropping(round_))

    async def _prolonged(self, press: Press) -> Round:
        """The menu carries the deadline it was shown with, so that two presses on it are one."""
        seen = moment_in(press.told(3)[2])
        return await self._voting.prolong(press.id, seen, press.person)

    async def on_take_over(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """Lead a round whose lead has left."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await self._reach.round(press)
            led = await self._voting.take_over(press.id, press.person)
            led.for_lead(press.person, "take_over")
            await replies.dismiss()
            await replies.privately(private.note(voters.took_over(led.character)))


def on_press(deed: Deed, reach: Reach) -> Listener:
    """A listener that does `deed` with the round's id and whoever pressed; a private question goes when answered."""

    async def pressed(ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await reach.round(press)
            await deed(press.id, press.person)
            if press.is_private:
                await replies.dismiss()

    return pressed
