"""Presses around a character's past: a history, its earlier pages, and two versions side by side."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import NotHere
from handlers.apology import apology, nobody
from handlers.asking import asking
from handlers.blocks.history import LEFT, RIGHT
from handlers.delivery import Replies, whisper
from handlers.dialogs import change_dialog, open_dialog
from handlers.payloads import Payload, number_in, press_from, touched_from
from handlers.reach import Reach
from handlers.showing import Showing
from handlers.sights import Sights


class History:
    """Listens under histories and records. Nothing here changes anything; sight is checked each time."""

    def __init__(self, casting: Casting, sights: Sights, reach: Reach) -> None:
        self._history = casting.history
        self._reach = reach
        self._showing = Showing(casting, sights)

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^(history(:\d)?|earlier)$"))(self.on_press)
        app.action("versions")(self.on_versions)
        app.action(re.compile(rf"^({LEFT}|{RIGHT})$"))(self.on_pick)

    async def on_press(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """The history of a character, from the page that the press names."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            replies.thread_ts = press.thread_ts
            await replies.ack()
            told = await self._history.of(press.id, press.person, press.place)
            self._reach.found(press, told.found)
            page = number_in(press.ids[1]) if len(press.ids) > 1 else 0
            view = await self._showing.history(told, page, client)
            thread = press.thread_ts
            await whisper(view, press.place, press.person, client, thread_ts=thread, otherwise=replies.privately)

    async def on_versions(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """The face of the round that was pressed beside the newest other one."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = press_from(body)
            await replies.ack()
            await self._reach.round(press)
            if not (modal := await self._showing.versions(press.id, "", press.person, client)):
                raise NotHere("unknown")
            with asking("views.open"):
                await open_dialog(client, press.opener, modal)

    async def on_pick(self, ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        """Other versions picked in the modal."""
        await ack()
        async with apology(nobody):
            touched = touched_from(body)
            await self._reach.round(touched.form)
            one, other = touched.form.one(LEFT), touched.form.one(RIGHT)
            if modal := await self._showing.versions(one, other, touched.form.person, client):
                await change_dialog(client, touched.view_id, modal, touched.version)
