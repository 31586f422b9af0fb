"""[Yes] and [No] under the question whether two faces could be confused."""

import re

from slack_bolt.async_app import AsyncApp

from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import look_alikes as words
from handlers.views.look_alikes import ACTION_PREFIX
from handlers.views.private import note


class LookAlikeListeners(Listeners):
    """Listeners for answers, from everyone in the channel."""

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(rf"^{ACTION_PREFIX}(yes|no)$"))(press_listener(self.on_answer, self.guard.get_round))

    async def on_answer(self, press: ButtonPress, responder: Responder) -> None:
        """Store the answer; the thread message and the records show the counts with their next redraw."""
        round_id, other_round_id = press.expect_ids(2)
        is_yes = press.action_id == f"{ACTION_PREFIX}yes"
        answered = await self.casting.look_alikes.answer(
            round_id, other_round_id, press.person, is_yes, press.event_ts_us
        )
        await responder.ack()
        await responder.ephemeral(note(words.receipt(answered.names, is_yes=is_yes)))
