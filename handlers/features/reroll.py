"""Re-rolls: the choices with their prices, then the whole round, one candidate, or a variation of one."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.domain.slot import Slot
from bot.usecases.casting import Casting
from handlers.slack.listeners import press_listener
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.scalars import parse_microseconds
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text.model_titles import Titles
from handlers.views.reroll import reroll

Action = Callable[[str, str, str], Awaitable[Slot]]


class RerollListeners:
    """Listeners for re-rolls; money is reserved and slots are saved before the ack, portraits are drawn after it."""

    def __init__(self, casting: Casting, titles: Titles, guard: WorkspaceGuard) -> None:
        self._start_round = casting.start_round
        self._reroll = casting.reroll
        self._titles = titles
        self._guard = guard

    def listen(self, app: AsyncApp) -> None:
        app.action("reroll")(press_listener(self.on_options, self._guard.get_round))
        app.action("reroll_all")(press_listener(self.on_all, self._guard.get_round))
        one, vary = partial(self.on_slot, self._reroll.reroll_slot), partial(self.on_slot, self._reroll.vary)
        app.action(re.compile(r"^reroll_one(:\d)?$"))(press_listener(one, self._guard.check_slot))
        app.action("vary")(press_listener(vary, self._guard.check_slot))
        app.action("vary_with")(press_listener(self.on_vary_with, self._guard.check_slot))

    async def on_options(self, press: ButtonPress, responder: Responder) -> None:
        """Show the choices and their prices privately; this draws nothing."""
        options = await self._reroll.options(press.id, press.person)
        await responder.ephemeral(reroll(options, self._titles))

    async def on_all(self, press: ButtonPress, responder: Responder) -> None:
        started = await self._reroll.reroll_round(press.id, press.person)
        await responder.ack()
        await self._start_round.enqueue(started.round.id)
        await responder.delete_original()

    async def on_vary_with(self, press: ButtonPress, responder: Responder) -> None:
        """Vary a candidate with one comment; the press names slot and timestamp."""
        comment_ts_us = parse_microseconds(press.expect_ids(2)[1])
        await self.on_slot(partial(self._reroll.vary, comment_ts_us=comment_ts_us), press, responder)

    async def on_slot(self, action: Action, press: ButtonPress, responder: Responder) -> None:
        """Draw one more portrait, once for each message with the button; delete a private message with the button."""
        slot = await action(press.id, press.person, press.idempotency_key)
        await responder.ack()
        await self._reroll.enqueue(slot.id)
        if press.is_ephemeral:
            await responder.delete_original()
