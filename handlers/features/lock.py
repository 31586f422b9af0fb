"""The lock, and the lead's own decision after a tie or an empty ballot."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.usecases.casting import Casting
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, press_from
from handlers.slack.responder import Responder


class LockListeners:
    """Listens to the lead's last word. The ack comes first: reactions are read back from Slack before a lock."""

    def __init__(self, casting: Casting, workspace_guard: WorkspaceGuard) -> None:
        self._locking = casting.lock_face
        self._workspace_guard = workspace_guard

    def listen(self, app: AsyncApp) -> None:
        app.action("lock")(self.on_lock)
        app.action("decide")(self.on_decide)

    async def on_lock(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """The button carries the round, and the leader the lead saw on it if there was one."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await self._workspace_guard.get_round(press)
            shown_leader_id = press.ids[1] if len(press.ids) > 1 else None
            await self._locking.lock(press.id, shown_leader_id, press.person)

    async def on_decide(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await self._workspace_guard.check_slot(press)
            await self._locking.decide(press.id, press.person)
