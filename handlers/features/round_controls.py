"""How the lead steers a round: open the vote early, cancel, close, extend, run off, drop; or another in their place."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.domain.round import Round
from bot.usecases.casting import Casting
from handlers.slack.error_replies import reply_with_errors
from handlers.slack.ownership import WorkspaceGuard
from handlers.slack.payloads import ButtonPress, Payload, parse_datetime, press_from
from handlers.slack.responder import Responder
from handlers.text import voters
from handlers.views import private

Action = Callable[[str, str], Awaitable[object]]
Listener = Callable[[AsyncAck, Payload, AsyncRespond], Awaitable[None]]


class RoundControlListeners:
    """Listens to the lead. The ack comes first, since each deed also redraws the message."""

    def __init__(self, casting: Casting, workspace_guard: WorkspaceGuard) -> None:
        self._round_controls = casting.round_controls
        self._permissions = casting.permissions
        self._workspace_guard = workspace_guard
        self._actions: dict[str, Action] = {
            "open_now": casting.audition.open_now,
            "cancel": casting.audition.cancel,
            "close": casting.round_controls.close,
            "extend": casting.round_controls.extend,
            "run_off": casting.round_controls.start_run_off,
            "drop": casting.round_controls.drop,
        }

    def listen(self, app: AsyncApp) -> None:
        for action_id, run in self._actions.items():
            app.action(action_id)(listener_for(run, self._workspace_guard))
        app.action("more")(self.on_more)
        app.action("take_over")(self.on_take_over)

    async def on_more(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """The menu behind three dots carries the round and what to do with it; what ends a round asks once more."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            round_ = await self._workspace_guard.get_round(press)
            if press.ids[1:2] == ("extend",):
                await responder.ephemeral(private.note(voters.extended(await self._extend(press))))
            else:
                await self._permissions.require_lead(round_, press.person, "drop")
                await responder.ephemeral(private.confirm_drop(round_))

    async def _extend(self, press: ButtonPress) -> Round:
        """The menu carries the deadline it was shown with, so that two presses on it are one."""
        shown_deadline = parse_datetime(press.expect_ids(3)[2])
        return await self._round_controls.extend_open(press.id, shown_deadline, press.person)

    async def on_take_over(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """Lead a round whose lead has left."""
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await self._workspace_guard.get_round(press)
            round_ = await self._round_controls.take_over(press.id, press.person)
            round_.require_lead(press.person, "take_over")
            await responder.delete_original()
            await responder.ephemeral(private.note(voters.took_over_lead(round_.character)))


def listener_for(action: Action, workspace_guard: WorkspaceGuard) -> Listener:
    """A listener that does `deed` with the round's id and whoever pressed; a private question goes when answered."""

    async def on_press(ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        responder = Responder(ack, respond)
        async with reply_with_errors(responder.ephemeral):
            press = press_from(body)
            await responder.ack()
            await workspace_guard.get_round(press)
            await action(press.id, press.person)
            if press.is_ephemeral:
                await responder.delete_original()

    return on_press
