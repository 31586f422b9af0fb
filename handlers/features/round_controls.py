"""How the lead controls a round: open the vote, cancel, close, extend, run off, drop; or another user takes over."""

from collections.abc import Awaitable, Callable
from functools import partial

from slack_bolt.async_app import AsyncApp

from handlers.slack.listeners import Listeners, press_listener
from handlers.slack.payloads.scalars import parse_datetime
from handlers.slack.payloads.values import ButtonPress
from handlers.slack.responder import Responder
from handlers.text import voters
from handlers.views import private

Action = Callable[[str, str], Awaitable[object]]


class RoundControlListeners(Listeners):
    """Listeners for the lead's controls; the ack comes first, since each action also redraws the message."""

    def listen(self, app: AsyncApp) -> None:
        audition, round_controls = self.casting.audition, self.casting.round_controls
        actions: dict[str, Action] = {
            "open_now": audition.open_now,
            "cancel": audition.cancel,
            "close": round_controls.close,
            "extend": round_controls.extend,
            "run_off": round_controls.start_run_off,
            "drop": round_controls.drop,
        }
        for action_id, action in actions.items():
            handle = partial(self.on_control, action)
            app.action(action_id)(press_listener(handle, self.guard.get_round, ack_first=True))
        app.action("more")(press_listener(self.on_more, ack_first=True))
        app.action("take_over")(press_listener(self.on_take_over, self.guard.get_round, ack_first=True))

    async def on_control(self, action: Action, press: ButtonPress, responder: Responder) -> None:
        """Run `action` with the round's id and the user; delete a private question that it answers."""
        await action(press.id, press.person)
        if press.is_ephemeral:
            await responder.delete_original()

    async def on_more(self, press: ButtonPress, responder: Responder) -> None:
        """Extend the vote at once, or ask for confirmation before a drop; the option carries round and choice."""
        round_ = await self.guard.get_round(press)
        if press.ids[1:2] == ("extend",):
            # The option carries the deadline that it showed, so a second press on it changes nothing.
            shown_deadline = parse_datetime(press.expect_ids(3)[2])
            extended = await self.casting.round_controls.extend_open(press.id, shown_deadline, press.person)
            await responder.ephemeral(private.note(voters.extended(extended)))
        else:
            await self.casting.permissions.require_lead(round_, press.person, "drop")
            await responder.ephemeral(private.confirm_drop(round_))

    async def on_take_over(self, press: ButtonPress, responder: Responder) -> None:
        """Make the user the lead of a round whose lead has left."""
        round_ = await self.casting.round_controls.take_over(press.id, press.person)
        round_.require_lead(press.person, "take_over")
        await responder.delete_original()
        await responder.ephemeral(private.note(voters.took_over_lead(round_.character)))
