"""Re-rolls: what can be drawn again and for how much, then all of it, one, or another moment of one."""

import re
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.domain.slot import Slot
from bot.usecases.casting import Casting
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, press_from
from handlers.slack.responder import Responder
from handlers.text.model_titles import Titles
from handlers.views.reroll import reroll

Action = Callable[[str, str, str], Awaitable[Slot]]


class RerollListeners:
    """Listens to re-rolls. Money is reserved and the slots are saved before the ack, drawn after it."""

    def __init__(self, casting: Casting, workspace_guard: WorkspaceGuard) -> None:
        self._start_round = casting.start_round
        self._rerolling = casting.reroll
        self._titles = Titles(casting.catalogue)
        self._workspace_guard = workspace_guard

    def listen(self, app: AsyncApp) -> None:
        app.action("reroll")(self.on_options)
        app.action("reroll_all")(self.on_all)
        app.action(re.compile(r"^reroll_one(:\d)?$"))(self.on_one)
        app.action("vary")(self.on_vary)

    async def on_options(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """Nothing is drawn yet: the choices and their prices, privately."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await self._workspace_guard.get_round(press)
            options = await self._rerolling.options(press.id, press.person)
            await responder.ephemeral(reroll(options, self._titles))

    async def on_all(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await self._workspace_guard.get_round(press)
            started = await self._rerolling.reroll_round(press.id, press.person)
            await responder.ack()
            await self._start_round.enqueue(started.round.id)
            await responder.delete_original()

    async def on_one(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await self._add_slot(self._rerolling.reroll_slot, body, Responder(ack, respond))

    async def on_vary(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await self._add_slot(self._rerolling.vary, body, Responder(ack, respond))

    async def _add_slot(self, action: Action, body: Payload, responder: Responder) -> None:
        """Pressed twice on one message it draws once; the round's own message stays, a private choice goes."""
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await self._workspace_guard.check_slot(press)
            slot = await action(press.id, press.person, press.idempotency_key)
            await responder.ack()
            await self._rerolling.enqueue(slot.id)
            if press.is_ephemeral:
                await responder.delete_original()
