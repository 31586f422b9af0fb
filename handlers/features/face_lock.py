"""The lock of a face, and the lead's decision after a tie or an empty ballot."""

from slack_bolt.async_app import AsyncApp

from bot.usecases.casting import Casting
from handlers.slack.listeners import press_listener
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder


class LockListeners:
    """Listeners for [Lock] and for a decided winner; the ack comes first, since a lock reads reactions from Slack."""

    def __init__(self, casting: Casting, guard: WorkspaceGuard) -> None:
        self._lock_face = casting.lock_face
        self._guard = guard

    def listen(self, app: AsyncApp) -> None:
        app.action("lock")(press_listener(self.on_lock, self._guard.get_round, ack_first=True))
        app.action("decide")(press_listener(self.on_decide, self._guard.check_slot, ack_first=True))

    async def on_lock(self, press: ButtonPress, _: Responder) -> None:
        """Lock the winner; the button carries the round and, where there was one, the leader that it showed."""
        shown_leader_id = press.ids[1] if len(press.ids) > 1 else None
        await self._lock_face.lock(press.id, shown_leader_id, press.person)

    async def on_decide(self, press: ButtonPress, _: Responder) -> None:
        await self._lock_face.decide(press.id, press.person)
