"""Refining a brief: the press that opens the form, and the form as it comes back."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from handlers.apology import apology
from handlers.asking import asking
from handlers.blocks import refine as blocks
from handlers.blocks.view import View
from handlers.delivery import Replies
from handlers.dialogs import open_dialog
from handlers.payloads import Payload, filled_from, press_from
from handlers.reach import Reach
from handlers.words.text import unmarked


class Refine:
    """Listens to refinements. What is wrong is told at the field; the child is saved before the ack."""

    def __init__(self, casting: Casting, reach: Reach) -> None:
        self._opening = casting.opening
        self._refining = casting.refining
        self._reach = reach

    def listen(self, app: AsyncApp) -> None:
        app.action("refine")(self.on_press)
        app.view(blocks.KIND)(self.on_form)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """The form; the private choice it was pressed on goes."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await self._reach.round(press)
            begun = await self._refining.begin(press.id, press.person)
            with asking("views.open"):
                await open_dialog(client, press.opener, blocks.form(begun))
            if press.is_private:
                await replies.dismiss()

    async def on_form(self, ack: AsyncAck, body: Payload) -> None:
        async def at_the_field(view: View) -> None:
            if ack.response is None:
                await ack(response_action="errors", errors={blocks.BRIEF: unmarked(view.text)})

        async with apology(at_the_field):
            filled = filled_from(body)
            await self._reach.round(filled)
            opened = await self._refining.refine(filled.id, filled.person, filled.one(blocks.BRIEF))
            await ack()
            await self._opening.begin(opened.round.id)
