"""Ways back to one person, and answers spoken into a conversation."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.face import Place
from handlers.asking import reason, with_pictures
from handlers.blocks.view import View

log = structlog.get_logger()

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
        self.thread_ts: str | None = None

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
        answer = await self._respond(**message, thread_ts=self.thread_ts)
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
    """
    send = partial(_whisper, client, place, person, thread_ts)
    try:
        await with_pictures(send, view)
    except SlackApiError as error:
        if otherwise is None or reason(error) not in _OUTSIDE:
            raise
        await otherwise(view.without_pictures())


async def open_dialog(client: AsyncWebClient, opener: str, dialog: dict[str, Any]) -> None:
    """Open a modal for whoever pressed; without its pictures where Slack refuses them.

    Slack answers `invalid_arguments` for any view it does not take.
    """
    try:
        await client.views_open(trigger_id=opener, view=dialog)
    except SlackApiError as error:
        if reason(error) != "invalid_arguments":
            raise
        log.info("picture_refused", details=error.response.get("response_metadata"))
        bare = [block for block in dialog["blocks"] if block["type"] != "image"]
        await client.views_open(trigger_id=opener, view={**dialog, "blocks": bare})


async def speak(view: View, place: Place, client: AsyncWebClient, *, thread_ts: str | None = None) -> None:
    """Show `view` to everybody in a conversation."""
    await with_pictures(partial(_speak, client, place, thread_ts), view)


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
