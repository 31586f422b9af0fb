"""Answers to one user, and messages into conversations."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import NAMESPACE_OID, uuid5

import aiohttp
import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelRef
from bot.domain.service_errors import SlackRejected, SlackUnavailable
from handlers.slack.api_errors import slack_call
from handlers.slack.fallback import send_view
from handlers.slack.fallback_blocks import text_only, without_extras
from handlers.slack.files import FILE_RETRY_DELAYS
from handlers.text.format import strip_mrkdwn
from handlers.views.builder import View, fit, is_single_sentence

T = TypeVar("T")
log = structlog.get_logger()

# Slack waits three seconds for an ack; API calls before it may take this long together.
_ACK_BUDGET_SECONDS = 2.0
# Codes in a response_url's answer, as text or JSON, for a message with an invalid part.
_REFUSED_CODES = ("invalid_blocks", "invalid_payload", "msg_blocks_too_long", "msg_too_long")
# Codes for conversations that the bot may not write to; there only a response_url reaches the user.
_NOT_IN_CHANNEL = frozenset({"channel_not_found", "not_in_channel", "is_archived"})


class Responder:
    """Private answers to the user of a command or a button, sent to its response_url.

    With `reply_in_ack` an answer of one sentence goes into the ack of a command.
    """

    def __init__(
        self, ack: AsyncAck, respond: AsyncRespond, client: AsyncWebClient, *, reply_in_ack: bool = False
    ) -> None:
        self.client = client
        self._ack = ack
        self._respond = respond
        self._reply_in_ack = reply_in_ack
        self._ack_deadline = asyncio.get_running_loop().time() + _ACK_BUDGET_SECONDS
        self.thread_ts: str | None = None

    async def within_ack_deadline(self, awaitable: Awaitable[T]) -> T:
        """Await something that must precede the ack; raises SlackUnavailable when the time for it is over."""
        try:
            async with asyncio.timeout_at(self._ack_deadline):
                return await awaitable
        except TimeoutError as error:
            raise SlackUnavailable("answer before the ack deadline") from error

    async def ack(self) -> None:
        """Acknowledge the payload; later calls do nothing."""
        if self._ack.response is None:
            await self._ack()

    async def ephemeral(self, view: View) -> None:
        """Answer so that only this user sees it; simpler where Slack refuses a part."""
        view = fit(view)
        if self._reply_in_ack and self._ack.response is None and is_single_sentence(view):
            # Slack does not report whether it accepts the blocks of an ack, so only text without blocks goes there.
            await self._ack(text=view.text, response_type="ephemeral")
            return
        await self.ack()
        for attempt in (view, without_extras(view), text_only(view)):
            refused = await self._send(
                text=attempt.text, blocks=attempt.blocks, response_type="ephemeral", replace_original=False
            )
            if not refused:
                return

    async def post_ephemeral(self, view: View, place: ChannelRef, person: str) -> None:
        """Answer with `chat.postEphemeral`, which shows private files; by response_url where the bot may not write."""
        await post_ephemeral(view, place, person, self.client, thread_ts=self.thread_ts, fallback=self.ephemeral)

    async def delete_original(self) -> None:
        """Delete the private message that has the pressed button."""
        await self.ack()
        await self._send(delete_original=True)

    async def _send(self, **message: Any) -> bool:
        """Send a message; return whether Slack refuses its content. Other failures are only logged."""
        try:
            response = await self._respond(**message, thread_ts=self.thread_ts)
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # ValueError: the payload has no response_url.
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
    """Show `view` to one user in a conversation; where the bot may not write, call `fallback` without its pictures.

    A response_url shows no pictures of private files (slackapi/java-slack-sdk issue 1349). Raises SlackUnavailable.
    """

    async def send(sent: View) -> None:
        await client.chat_postEphemeral(
            channel=place.channel, user=person, text=sent.text, blocks=sent.blocks, thread_ts=thread_ts
        )

    try:
        with slack_call("chat.postEphemeral"):
            await send_view(send, fit(view))
    except SlackRejected as error:
        if fallback is None or error.code not in _NOT_IN_CHANNEL:
            raise
        await fallback(view.without_images())


class FormResponder:
    """Answers to the user who submitted a form: at its `field` before the ack, then in the conversation `place`."""

    def __init__(self, ack: AsyncAck, client: AsyncWebClient, field: str) -> None:
        self.ack = ack
        self.client = client
        self._field = field
        self.place: ChannelRef | None = None
        self.person = ""

    async def ephemeral(self, view: View) -> None:
        if self.ack.response is None:
            await self.ack(response_action="errors", errors={self._field: strip_mrkdwn(view.text)})
        elif self.place:
            await post_ephemeral(view, self.place, self.person, self.client)


@dataclass(frozen=True)
class PostedMessage:
    """The address of a message; `channel` is a conversation id, also where the recipient was a user id."""

    channel: str
    ts: str


async def post_message(
    view: View,
    place: ChannelRef,
    client: AsyncWebClient,
    *,
    thread_ts: str | None = None,
    client_msg_id: str | None = None,
    retry_delays: Sequence[float] = (),
) -> PostedMessage:
    """Show `view` to all members of a conversation, once for each `client_msg_id`; raises SlackUnavailable.

    A picture that Slack still processes is sent again after each of `retry_delays`.
    """

    async def send(sent: View) -> PostedMessage:
        response = await client.chat_postMessage(
            channel=place.channel,
            text=sent.text,
            blocks=sent.blocks,
            thread_ts=thread_ts,
            unfurl_links=False,
            unfurl_media=False,
            client_msg_id=client_msg_id,
        )
        return PostedMessage(str(response["channel"]), str(response["ts"]))

    with slack_call("chat.postMessage"):
        return await send_view(send, fit(view), retry_delays)


def message_id(team: str, purpose: str) -> str:
    """Return the `client_msg_id` by which Slack knows a message that is posted once."""
    return str(uuid5(NAMESPACE_OID, f"castroom:{team}:{purpose}"))


async def send_dm(person: str, view: View, client: AsyncWebClient) -> PostedMessage:
    """Show `view` in the user's direct messages with the bot; raises SlackUnavailable.

    `chat.postMessage` accepts a user id as the channel (docs.slack.dev, "chat.postMessage").
    """
    return await post_message(view, ChannelRef("", person), client)


async def update_message(view: View, posted: PostedMessage, client: AsyncWebClient) -> None:
    """Replace a message's content; retry a picture that Slack still processes. Raises SlackUnavailable."""

    async def send(sent: View) -> None:
        await client.chat_update(channel=posted.channel, ts=posted.ts, text=sent.text, blocks=sent.blocks)

    with slack_call("chat.update"):
        await send_view(send, fit(view), FILE_RETRY_DELAYS)
