"""Sealed ballots: the press that opens one's own paper, and the paper as it comes back."""

from functools import partial

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from handlers.apology import apology
from handlers.asking import asking
from handlers.blocks import sealed
from handlers.blocks.dialog import dialog
from handlers.blocks.view import View
from handlers.delivery import Replies
from handlers.dialogs import open_dialog
from handlers.papers import answered_in
from handlers.payloads import Payload, filled_from, press_from
from handlers.reach import Reach
from handlers.words import sealed as words


class Seal:
    """Listens to papers."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
        self._sealing = casting.sealing
        self._reach = reach

    def listen(self, app: AsyncApp) -> None:
        app.action("paper")(self.on_press)
        app.view("paper")(self.on_paper)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Open the person's own paper, as they left it."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await self._reach.round(press)
            paper = sealed.paper(await self._sealing.sheet(press.id, press.person))
            with asking("views.open"):
                await open_dialog(client, press.opener, paper)

    async def on_paper(self, ack: AsyncAck, body: Payload) -> None:
        """Take the paper in before the ack, so that what Slack closes is saved."""
        async with apology(partial(_instead, ack)):
            filled = filled_from(body)
            await self._reach.round(filled)
            answered = answered_in(filled)
            if answered.unclear:
                await ack(response_action="errors", errors={sealed.NONE: words.unclear(answered.unclear)})
                return
            round_ = await self._sealing.put_in(filled.id, filled.person, answered)
            votes = answered.human & answered.likeness
            numbers = tuple(number for number, slot_id in round_.slot_of.items() if slot_id in votes)
            await _instead(ack, sealed.received(round_.character, numbers))


async def _instead(ack: AsyncAck, view: View) -> None:
    """Answer in place of what was filled in."""
    await ack(response_action="update", view=dialog("told", "", words.TITLE, "", view))
