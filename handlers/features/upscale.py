"""[Upscale] under a record, and the lead's decision to keep or decline a redrawn one."""

from functools import partial

from slack_bolt.async_app import AsyncApp

from bot.domain.upscale import UpscaleState
from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.scalars import parse_number
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import upscale as upscale_text
from handlers.views import private


class UpscaleListeners(Listeners):
    """Listeners under records; money is reserved and the upscale is saved before the ack, paid for after it."""

    def listen(self, app: AsyncApp) -> None:
        app.action("finish")(press_listener(self.on_upscale, self.guard.get_round))
        for action_id, keep in (("keep_finish", True), ("keep_original", False)):
            app.action(action_id)(press_listener(partial(self.on_decide, keep), self.guard.get_round, ack_first=True))

    async def on_upscale(self, press: ButtonPress, responder: Responder) -> None:
        """Start the attempt that the button carries, with the model whose price it showed."""
        round_id, attempt, shown_model = press.expect_ids(3)
        start = await responder.within_ack_deadline(
            self.casting.start_upscale.reserve(round_id, parse_number(attempt), shown_model, press.person)
        )
        await responder.ack()
        await self.casting.start_upscale.enqueue(start.upscale)
        if not start.created:
            await responder.ephemeral(private.note(upscale_text.already_started(start.upscale, self.titles)))

    async def on_decide(self, keep: bool, press: ButtonPress, responder: Responder) -> None:
        """Record the first decision; answer a later one that differs with the present state."""
        round_id, upscale_id = press.expect_ids(2)
        upscale = await self.casting.start_upscale.decide(round_id, upscale_id, press.person, keep=keep)
        if (upscale.state is UpscaleState.KEPT) is not keep:
            await responder.ephemeral(private.note(upscale_text.status(upscale, self.titles)))
