"""Re-rolls: the choices with their prices, then the whole round, one candidate, or a variation of one."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.domain.slot import Slot
from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.scalars import parse_microseconds
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.views.reroll import reroll

Action = Callable[[str, str, str], Awaitable[Slot]]


class RerollListeners(Listeners):
    """Listeners for re-rolls; money is reserved and slots are saved before the ack, portraits are drawn after it."""

    def listen(self, app: AsyncApp) -> None:
        app.action("reroll")(press_listener(self.on_options, self.guard.get_round))
        app.action("reroll_all")(press_listener(self.on_all, self.guard.get_round))
        one, vary = (
            partial(self.on_slot, self.casting.reroll.reroll_slot),
            partial(self.on_slot, self.casting.reroll.vary),
        )
        app.action(re.compile(r"^reroll_one(:\d)?$"))(press_listener(one, self.guard.check_slot))
        app.action("vary")(press_listener(vary, self.guard.check_slot))
        app.action("vary_with")(press_listener(self.on_vary_with, self.guard.check_slot))

    async def on_options(self, press: ButtonPress, responder: Responder) -> None:
        """Show the choices and their prices privately; this draws nothing."""
        options = await self.casting.reroll.options(press.id, press.person)
        await responder.ephemeral(reroll(options, self.titles))

    async def on_all(self, press: ButtonPress, responder: Responder) -> None:
        started = await self.casting.reroll.reroll_round(press.id, press.person)
        await responder.ack()
        await self.casting.start_round.enqueue(started.round.id)
        await responder.delete_original()

    async def on_vary_with(self, press: ButtonPress, responder: Responder) -> None:
        """Vary a candidate with one comment; the press names slot and timestamp."""
        comment_ts_us = parse_microseconds(press.expect_ids(2)[1])
        await self.on_slot(partial(self.casting.reroll.vary, comment_ts_us=comment_ts_us), press, responder)

    async def on_slot(self, action: Action, press: ButtonPress, responder: Responder) -> None:
        """Draw one more portrait, once for each message with the button; delete a private message with the button."""
        slot = await action(press.id, press.person, press.idempotency_key)
        await responder.ack()
        await self.casting.reroll.enqueue(slot.id)
        if press.is_ephemeral:
            await responder.delete_original()
