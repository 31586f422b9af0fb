"""Presses that finish a face, and the lead's yes or no to a finish that was drawn again."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.domain.upscale import UpscaleState
from bot.usecases.casting import Casting
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import Payload, parse_number, press_from
from handlers.slack.responder import Responder
from handlers.text import upscale as upscale_text
from handlers.text.model_titles import Titles
from handlers.views import private


class UpscaleListeners:
    """Listens under records. Money is reserved and the finish is saved before the ack, paid for after it."""

    def __init__(self, casting: Casting, workspace_guard: WorkspaceGuard) -> None:
        self._start_upscale = casting.start_upscale
        self._workspace_guard = workspace_guard
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.action("finish")(self.on_upscale)
        app.action("keep_finish")(self.on_keep)
        app.action("keep_original")(self.on_decline)

    async def on_upscale(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """The button carries the round, which attempt this would be, and what finishes it at the price it shows."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            round_id, attempt, shown_model = press.expect_ids(3)
            await self._workspace_guard.get_round(press)
            start = await responder.within_ack_deadline(
                self._start_upscale.reserve(round_id, parse_number(attempt), shown_model, press.person)
            )
            await responder.ack()
            await self._start_upscale.enqueue(start.upscale)
            if not start.created:
                await responder.ephemeral(private.note(upscale_text.already_started(start.upscale, self._titles)))

    async def on_keep(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await self._decide(ack, body, respond, keep=True)

    async def on_decline(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        await self._decide(ack, body, respond, keep=False)

    async def _decide(self, ack: AsyncAck, body: Payload, respond: AsyncRespond, *, keep: bool) -> None:
        """The first press counts; whoever pressed otherwise is told what stands."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            round_id, upscale_id = press.expect_ids(2)
            await self._workspace_guard.get_round(press)
            upscale = await self._start_upscale.decide(round_id, upscale_id, press.person, keep=keep)
            if (upscale.state is UpscaleState.KEPT) is not keep:
                await responder.ephemeral(private.note(upscale_text.status(upscale, self._titles)))
