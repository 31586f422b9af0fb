"""Presses under a recalled face: a suggestion, share here, full size, facts."""

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.casting import Casting
from bot.errors import NotHere
from bot.face import Face
from bot.recall import Recalled
from handlers.apology import apology
from handlers.blocks.facts import facts
from handlers.blocks.recall import full
from handlers.delivery import Replies, speak, whisper
from handlers.payloads import Payload, Press, press_from
from handlers.reach import Reach
from handlers.showing import Showing
from handlers.sights import Sights
from handlers.words.titles import Titles


class Recall:
    """Listens under faces. Nothing here changes anything: the ack comes first, and sight is checked each time."""

    def __init__(self, casting: Casting, sights: Sights, reach: Reach) -> None:
        self._recall = casting.recall
        self._reach = reach
        self._showing = Showing(casting, sights)
        self._titles = Titles(casting.catalogue)

    def listen(self, app: AsyncApp) -> None:
        app.action(re.compile(r"^recall:\d$"))(self.on_choice)
        app.action("share")(self.on_share)
        app.action("full")(self.on_full)
        app.action("facts")(self.on_facts)

    async def on_choice(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """One of the suggested characters."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = await _pressed(replies, body)
            found = await self._found(press)
            view = await self._showing.for_one(found, press.person, press.place, client)
            thread = press.thread_ts
            await whisper(view, press.place, press.person, client, thread_ts=thread, otherwise=replies.privately)

    async def on_share(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Show the face to everybody here, if all of them may see it."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = await _pressed(replies, body)
            found = await self._found(press)
            if found.kind == "nothing":
                raise NotHere("unknown")
            if not (view := await self._showing.for_all(found, press.person, press.place, client)):
                raise NotHere("private")
            await speak(view, press.place, client, thread_ts=press.thread_ts)
            await replies.dismiss()

    async def on_full(self, ack: AsyncAck, body: Payload, client: AsyncWebClient, respond: AsyncRespond) -> None:
        """Where the original bytes are."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = await _pressed(replies, body)
            face = await self._face(press)
            url = await self._showing.original(press.id, press.person, client)
            finish = await self._recall.finish(face)
            await replies.privately(full(face, url, finish, await self._showing.finish(finish, client)))

    async def on_facts(self, ack: AsyncAck, body: Payload, respond: AsyncRespond) -> None:
        """Where the face comes from."""
        replies = Replies(ack, respond)
        async with apology(replies.privately):
            press = await _pressed(replies, body)
            round_ = await self._reach.round(press)
            face, brief = await self._face(press), round_.brief
            finish = await self._recall.finish(face)
            await replies.privately(facts(face, self._titles, brief.like, finish, round_.because, brief.style))

    async def _found(self, press: Press) -> Recalled:
        return self._reach.found(press, await self._recall.show(press.id, press.person, press.place))

    async def _face(self, press: Press) -> Face:
        await self._reach.round(press)
        return await self._recall.face(press.id, press.person)


async def _pressed(replies: Replies, body: Payload) -> Press:
    """A press, acknowledged, to be answered where it was pressed."""
    press = press_from(body)
    replies.thread_ts = press.thread_ts
    await replies.ack()
    return press
