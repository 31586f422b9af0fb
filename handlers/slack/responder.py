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

from bot.domain.errors import SlackRejected, SlackUnavailable
from bot.domain.ids import ChannelRef
from handlers.slack.api_errors import send_view, slack_call
from handlers.slack.fallback import text_only, without_extras
from handlers.text.format import strip_mrkdwn
from handlers.views.builder import View, fit, is_single_sentence

T = TypeVar("T")
log = structlog.get_logger()

# Of the three seconds Slack waits for an ack, what may go into asking it something first.
_ACK_BUDGET_SECONDS = 2.0
# What a response_url says of a message it does not take; the words of "chat.postMessage", in text or in JSON.
_REFUSED_CODES = ("invalid_blocks", "invalid_payload", "msg_blocks_too_long", "msg_too_long")
# Where the bot may not write, only a response_url reaches the person.
_NOT_IN_CHANNEL = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived"})


class Responder:
    """The private line to whoever typed a command or pressed a button.

    A command can be answered in one sentence with its ack (`ack_speaks`); all else, and every press, is answered by its
    response_url.
    """

    def __init__(self, ack: AsyncAck, respond: AsyncRespond, *, reply_in_ack: bool = False) -> None:
        self._ack = ack
        self._respond = respond
        self._reply_in_ack = reply_in_ack
        self._ack_deadline = asyncio.get_running_loop().time() + _ACK_BUDGET_SECONDS
        self.thread_ts: str | None = None

    async def within_ack_deadline(self, awaitable: Awaitable[T]) -> T:
        """What must be known before the ack; raises Unreachable when it would come too late for it."""
        try:
            async with asyncio.timeout_at(self._ack_deadline):
                return await awaitable
        except TimeoutError as error:
            raise SlackUnavailable("an answer in time") from error

    async def ack(self) -> None:
        """Tell Slack that all is well, once."""
        if self._ack.response is None:
            await self._ack()

    async def ephemeral(self, view: View) -> None:
        """Answer so that only this person sees it."""
        view = fit(view)
        if self._reply_in_ack and self._ack.response is None and is_single_sentence(view):
            # Nobody learns whether Slack takes the blocks of an ack: one sentence goes without any, all else later.
            await self._ack(text=view.text, response_type="ephemeral")
            return
        await self.ack()
        for attempt in (view, without_extras(view), text_only(view)):
            refused = await self._send(
                text=attempt.text, blocks=attempt.blocks, response_type="ephemeral", replace_original=False
            )
            if not refused:
                return

    async def delete_original(self) -> None:
        """Take away the private answer the pressed button stands on."""
        await self.ack()
        await self._send(delete_original=True)

    async def _send(self, **message: Any) -> bool:
        """Whether Slack refuses what is in it. An answer that does not arrive for another reason is only logged: what
        it would tell has happened all the same."""
        try:
            response = await self._respond(**message, thread_ts=self.thread_ts)
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # A ValueError: Slack gave no way back.
            log.warning("response_url_failed", status=type(error).__name__)
            return False
        if response.status_code == 200:
            return False
        refused = any(code in str(response.body) for code in _REFUSED_CODES)
        log.warning("response_url_failed", status=response.status_code, refused=refused)
        return refused


async def post_ephemeral(
    view: View,
    place: ChannelRef,
    person: str,
    client: AsyncWebClient,
    *,
    thread_ts: str | None = None,
    fallback: Callable[[View], Awaitable[None]] | None = None,
) -> None:
    """Show `view` to one person in a conversation; where the bot may not write, through `otherwise`.

    Not by response_url in the first place: pictures of private files fail there (slackapi/java-slack-sdk issue 1349).
    Raises Unreachable.
    """
    send = partial(_post_ephemeral, client, place, person, thread_ts)
    try:
        with slack_call("chat.postEphemeral"):
            await send_view(send, fit(view))
    except SlackRejected as error:
        if fallback is None or error.code not in _NOT_IN_CHANNEL:
            raise
        await fallback(view.without_images())


class FormResponder:
    """The way back to who sent a form: its `field` while it stands, afterwards the conversation it was opened from."""

    def __init__(self, ack: AsyncAck, client: AsyncWebClient, field: str) -> None:
        self._ack = ack
        self._client = client
        self._field = field
        self.place: ChannelRef | None = None
        self.person = ""

    async def ephemeral(self, view: View) -> None:
        if self._ack.response is None:
            await self._ack(response_action="errors", errors={self._field: strip_mrkdwn(view.text)})
        elif self.place:
            await post_ephemeral(view, self.place, self.person, self._client)


async def post_message(view: View, place: ChannelRef, client: AsyncWebClient, *, thread_ts: str | None = None) -> None:
    """Show `view` to everybody in a conversation; raises Unreachable."""
    with slack_call("chat.postMessage"):
        await send_view(partial(_post_message, client, place, thread_ts), fit(view))


async def send_dm(person: str, view: View, client: AsyncWebClient) -> None:
    """Show `view` in the person's own conversation with the bot; raises Unreachable.

    A person's id in the place of a channel means that conversation (docs.slack.dev, "chat.postMessage").
    """
    await post_message(view, ChannelRef("", person), client)


def _without_images(modal: dict[str, Any]) -> dict[str, Any]:
    """The same without its pictures."""
    return {**modal, "blocks": [block for block in modal["blocks"] if block["type"] != "image"]}


async def _post_ephemeral(
    client: AsyncWebClient, place: ChannelRef, person: str, thread_ts: str | None, view: View
) -> None:
    await client.chat_postEphemeral(
        channel=place.channel, user=person, text=view.text, blocks=view.blocks, thread_ts=thread_ts
    )


async def _post_message(client: AsyncWebClient, place: ChannelRef, thread_ts: str | None, view: View) -> None:
    await client.chat_postMessage(
        channel=place.channel,
        text=view.text,
        blocks=view.blocks,
        thread_ts=thread_ts,
        unfurl_links=False,
        unfurl_media=False,
    )
