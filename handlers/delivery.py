"""Ways back to one person, and answers spoken into a conversation."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NotTaken, Unreachable
from bot.face import Place
from handlers.asking import asking, with_pictures
from handlers.blocks.fit import fit
from handlers.blocks.plainer import alone, bare
from handlers.blocks.view import View, is_note
from handlers.words.text import unmarked

T = TypeVar("T")
log = structlog.get_logger()

# Of the three seconds Slack waits for an ack, what may go into asking it something first.
_PATIENCE = 2.0
# What a response_url says of a message it does not take; the words of "chat.postMessage", in text or in JSON.
_REFUSED = ("invalid_blocks", "invalid_payload", "msg_blocks_too_long", "msg_too_long")
# Where the bot may not write, only a response_url reaches the person.
_OUTSIDE = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived"})


class Replies:
    """The private line to whoever typed a command or pressed a button.

    A command can be answered in one sentence with its ack (`ack_speaks`); all else, and every press, is answered by its
    response_url.
    """

    def __init__(self, ack: AsyncAck, respond: AsyncRespond, *, ack_speaks: bool = False) -> None:
        self._ack = ack
        self._respond = respond
        self._ack_speaks = ack_speaks
        self._due = asyncio.get_running_loop().time() + _PATIENCE
        self.thread_ts: str | None = None

    async def in_time(self, question: Awaitable[T]) -> T:
        """What must be known before the ack; raises Unreachable when it would come too late for it."""
        try:
            async with asyncio.timeout_at(self._due):
                return await question
        except TimeoutError as error:
            raise Unreachable("an answer in time") from error

    async def ack(self) -> None:
        """Tell Slack that all is well, once."""
        if self._ack.response is None:
            await self._ack()

    async def privately(self, view: View) -> None:
        """Answer so that only this person sees it."""
        view = fit(view)
        if self._ack_speaks and self._ack.response is None and is_note(view):
            # Nobody learns whether Slack takes the blocks of an ack: one sentence goes without any, all else later.
            await self._ack(text=view.text, response_type="ephemeral")
            return
        await self.ack()
        for plain in (view, bare(view), alone(view)):
            refused = await self._send(
                text=plain.text, blocks=plain.blocks, response_type="ephemeral", replace_original=False
            )
            if not refused:
                return

    async def dismiss(self) -> None:
        """Take away the private answer the pressed button stands on."""
        await self.ack()
        await self._send(delete_original=True)

    async def _send(self, **message: Any) -> bool:
        """Whether Slack refuses what is in it. An answer that does not arrive for another reason is only logged: what
        it would tell has happened all the same."""
        try:
            answer = await self._respond(**message, thread_ts=self.thread_ts)
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # A ValueError: Slack gave no way back.
            log.warning("not_answered", status=type(error).__name__)
            return False
        if answer.status_code == 200:
            return False
        refused = any(word in str(answer.body) for word in _REFUSED)
        log.warning("not_answered", status=answer.status_code, refused=refused)
        return refused


async def whisper(
    view: View,
    place: Place,
    person: str,
    client: AsyncWebClient,
    *,
    thread_ts: str | None = None,
    otherwise: Callable[[View], Awaitable[None]] | None = None,
) -> None:
    """Show `view` to one person in a conversation; where the bot may not write, through `otherwise`.

    Not by response_url in the first place: pictures of private files fail there (slackapi/java-slack-sdk issue 1349).
    Raises Unreachable.
    """
    send = partial(_whisper, client, place, person, thread_ts)
    try:
        with asking("chat.postEphemeral"):
            await with_pictures(send, fit(view))
    except NotTaken as error:
        if otherwise is None or error.why not in _OUTSIDE:
            raise
        await otherwise(view.without_pictures())


class FormBack:
    """The way back to who sent a form: its `field` while it stands, afterwards the conversation it was opened from."""

    def __init__(self, ack: AsyncAck, client: AsyncWebClient, field: str) -> None:
        self._ack = ack
        self._client = client
        self._field = field
        self.place: Place | None = None
        self.person = ""

    async def privately(self, view: View) -> None:
        if self._ack.response is None:
            await self._ack(response_action="errors", errors={self._field: unmarked(view.text)})
        elif self.place:
            await whisper(view, self.place, self.person, self._client)


async def speak(view: View, place: Place, client: AsyncWebClient, *, thread_ts: str | None = None) -> None:
    """Show `view` to everybody in a conversation; raises Unreachable."""
    with asking("chat.postMessage"):
        await with_pictures(partial(_speak, client, place, thread_ts), fit(view))


async def write_to(person: str, view: View, client: AsyncWebClient) -> None:
    """Show `view` in the person's own conversation with the bot; raises Unreachable.

    A person's id in the place of a channel means that conversation (docs.slack.dev, "chat.postMessage").
    """
    await speak(view, Place("", person), client)


def _bare(modal: dict[str, Any]) -> dict[str, Any]:
    """The same without its pictures."""
    return {**modal, "blocks": [block for block in modal["blocks"] if block["type"] != "image"]}


async def _whisper(client: AsyncWebClient, place: Place, person: str, thread_ts: str | None, view: View) -> None:
    await client.chat_postEphemeral(
        channel=place.channel, user=person, text=view.text, blocks=view.blocks, thread_ts=thread_ts
    )


async def _speak(client: AsyncWebClient, place: Place, thread_ts: str | None, view: View) -> None:
    await client.chat_postMessage(
        channel=place.channel,
        text=view.text,
        blocks=view.blocks,
        thread_ts=thread_ts,
        unfurl_links=False,
        unfurl_media=False,
    )
