"""How the lead steers a round: open the vote early, cancel, close, extend, run off, drop."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.casting import Casting
from handlers.apology import apology
from handlers.delivery import Replies
from handlers.payloads import Payload, press_from
from handlers.reach import Reach

Deed = Callable[[str, str], Awaitable[object]]
Listener = Callable[[AsyncAck, Payload, AsyncRespond], Awaitable[None]]


class Steer:
    """Listens to the lead. The ack comes first, since each deed also redraws the message."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
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


def on_press(deed: Deed, reach: Reach) -> Listener:
    """A listener that does `deed` with the round's id and whoever pressed."""

    async def pressed(ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await reach.round(press)
            await deed(press.id, press.person)

    return pressed
