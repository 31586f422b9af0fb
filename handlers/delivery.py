"""Ways back to one person, and answers spoken into a conversation."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NotTaken, Unreachable
from bot.face import Place
from handlers.asking import asking, reason, with_pictures
from handlers.blocks.dialog import dialog
from handlers.blocks.view import Block, View

T = TypeVar("T")
log = structlog.get_logger()

# Of the three seconds Slack waits for an ack, what may go into asking it something first.
_PATIENCE = 2.0
# How Slack says which block it does not take.
_REFUSED_BLOCK = re.compile(r"/view/blocks/(\d+)")
# Where the bot may not write, only a response_url reaches the person.
_OUTSIDE = frozenset({"channel_not_found", "not_in_channel", "user_not_in_channel", "is_archived"})


class Replies:
    """The private line to whoever typed a command or pressed a button.

    A command can be answered with its ack (`ack_speaks`); everything later, and every press, by its response_url.
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
        if self._ack_speaks and self._ack.response is None:
            await self._ack(text=view.text, blocks=view.blocks, response_type="ephemeral")
            return
        await self.ack()
        await self._send(text=view.text, blocks=view.blocks, response_type="ephemeral", replace_original=False)

    async def dismiss(self) -> None:
        """Take away the private answer the pressed button stands on."""
        await self.ack()
        await self._send(delete_original=True)

    async def _send(self, **message: Any) -> None:
        """An answer that does not arrive is only logged: what it would tell has happened all the same."""
        try:
            answer = await self._respond(**message, thread_ts=self.thread_ts)
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("not_answered", status=type(error).__name__)
            return
        if answer.status_code != 200:
            log.warning("not_answered", status=answer.status_code)


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
            await with_pictures(send, view)
    except NotTaken as error:
        if otherwise is None or error.why not in _OUTSIDE:
            raise
        await otherwise(view.without_pictures())


async def open_dialog(client: AsyncWebClient, opener: str, modal: dict[str, Any]) -> None:
    """Open a modal for whoever pressed; without its pictures where Slack refuses them.

    Slack answers `invalid_arguments` for any view it does not take.
    """
    try:
        await client.views_open(trigger_id=opener, view=modal)
    except SlackApiError as error:
        if reason(error) != "invalid_arguments":
            raise
        log.info("picture_refused", details=error.response.get("response_metadata"))
        await client.views_open(trigger_id=opener, view=_bare(modal))


async def change_dialog(client: AsyncWebClient, view_id: str, modal: dict[str, Any]) -> None:
    """Show another modal in the place of an open one, without its pictures where Slack refuses them; one that was
    closed meanwhile stays closed. Raises Unreachable."""
    with asking("views.update"):
        try:
            await client.views_update(view_id=view_id, view=modal)
        except SlackApiError as error:
            if reason(error) == "not_found":
                return
            if reason(error) != "invalid_arguments":
                raise
            log.info("picture_refused", details=error.response.get("response_metadata"))
            await client.views_update(view_id=view_id, view=_bare(modal))


async def tell_in_dialog(client: AsyncWebClient, opener: str, title: str, view: View) -> None:
    """Tell whoever pressed in their home; raises Unreachable."""
    with asking("views.open"):
        await open_dialog(client, opener, dialog("told", "", title, "", view))


async def tell_above(client: AsyncWebClient, opener: str, title: str, view: View) -> str:
    """Tell whoever pressed in a modal, in another one above it; that one's id. Raises Unreachable."""
    with asking("views.push"):
        pushed = await client.views_push(trigger_id=opener, view=dialog("told", "", title, "", view))
    return str(pushed["view"]["id"])


async def instead_of(client: AsyncWebClient, view_id: str, title: str, view: View) -> None:
    """Tell in the place of what a modal says; raises Unreachable."""
    with asking("views.update"):
        await client.views_update(view_id=view_id, view=dialog("told", "", title, "", view))


async def publish(client: AsyncWebClient, person: str, view: View, kept: str, version: str) -> None:
    """Show a person's home, unless another one came after `version` (where given); `kept` comes back with every press.

    A picture Slack does not show is left out, all of them where it does not say which. Raises Unreachable, NotTaken.
    """
    blocks = view.blocks
    with asking("views.publish"):
        while True:
            home = {"type": "home", "private_metadata": kept, "blocks": blocks}
            try:
                await client.views_publish(user_id=person, view=home, hash=version or None)
            except SlackApiError as error:
                fewer = _without_refused(view, blocks, str(error.response.get("response_metadata")))
                if reason(error) != "invalid_arguments" or fewer == blocks:
                    raise
                log.info("picture_refused", details=error.response.get("response_metadata"))
                blocks = fewer
            else:
                return


def _without_refused(view: View, blocks: tuple[Block, ...], details: str) -> tuple[Block, ...]:
    """`blocks` without the pictures Slack names in its refusal; without any, where it names none that are there."""
    bare = view.without_pictures().blocks
    named = {int(at) for at in _REFUSED_BLOCK.findall(details)}
    fewer = tuple(bare[n] if n in named else block for n, block in enumerate(blocks))
    return fewer if fewer != blocks else bare


async def speak(view: View, place: Place, client: AsyncWebClient, *, thread_ts: str | None = None) -> None:
    """Show `view` to everybody in a conversation; raises Unreachable."""
    with asking("chat.postMessage"):
        await with_pictures(partial(_speak, client, place, thread_ts), view)


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
