"""Modals and homes, as plain as Slack takes them."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.api_errors import error_code, send_view, slack_call
from handlers.views.builder import Block, View
from handlers.views.fields import build_modal

log = structlog.get_logger()

Modal = dict[str, Any]

# How Slack says which block of a view it does not take.
_REFUSED_BLOCK = re.compile(r"/view/blocks/(\d+)")


async def open_modal(client: AsyncWebClient, trigger_id: str, modal: Modal) -> None:
    """Open a modal for whoever pressed; raises what slack_sdk raises."""
    await _send_modal(lambda shown: client.views_open(trigger_id=trigger_id, view=shown), modal)


async def update_modal(client: AsyncWebClient, view_id: str, modal: Modal, view_hash: str = "") -> None:
    """Show another modal in the place of an open one, if it is still at `version` (where given).

    One that was closed meanwhile stays closed. Raises Unreachable.
    """
    with slack_call("views.update"):
        try:
            await _send_modal(
                lambda shown: client.views_update(view_id=view_id, view=shown, hash=view_hash or None), modal
            )
        except SlackApiError as error:
            if error_code(error) != "not_found":
                raise


async def open_notice(client: AsyncWebClient, trigger_id: str, title: str, view: View) -> None:
    """Tell whoever pressed in their home; raises Unreachable."""
    with slack_call("views.open"):
        await open_modal(client, trigger_id, build_modal("told", "", title, "", view))


async def push_notice(client: AsyncWebClient, trigger_id: str, title: str, view: View) -> str:
    """Tell whoever pressed in a modal, in another one above it; that one's id. Raises Unreachable."""
    notice = build_modal("told", "", title, "", view)
    with slack_call("views.push"):
        pushed = await _send_modal(lambda shown: client.views_push(trigger_id=trigger_id, view=shown), notice)
    return str(pushed["view"]["id"])


async def replace_modal(client: AsyncWebClient, view_id: str, title: str, view: View) -> None:
    """Tell in the place of what a modal says; raises Unreachable."""
    await update_modal(client, view_id, build_modal("told", "", title, "", view))


async def publish_home(client: AsyncWebClient, person: str, view: View, private_metadata: str, view_hash: str) -> None:
    """Show a person's home, unless another one came after `version` (where given); `kept` comes back with every press.

    A picture Slack does not show is left out, all of them where it does not say which. Raises Unreachable, NotTaken.
    """

    async def send(blocks: tuple[Block, ...]) -> None:
        home = {"type": "home", "private_metadata": private_metadata, "blocks": blocks}
        await client.views_publish(user_id=person, view=home, hash=view_hash or None)

    blocks = view.blocks
    with slack_call("views.publish"):
        while True:
            try:
                await send(blocks)
            except SlackApiError as error:
                reduced = _without_refused_images(view, blocks, str(error.response.get("response_metadata")))
                if error_code(error) != "invalid_arguments":
                    raise
                if reduced == blocks:
                    await send_view(lambda plain: send(plain.blocks), View(view.text, blocks))
                    return
                log.info("picture_refused", details=error.response.get("response_metadata"))
                blocks = reduced
            else:
                return


async def _send_modal(send: Callable[[Modal], Awaitable[Any]], modal: Modal) -> Any:
    response, _ = await send_view(lambda view: send({**modal, "blocks": view.blocks}), View("", tuple(modal["blocks"])))
    return response


def _without_refused_images(view: View, blocks: tuple[Block, ...], details: str) -> tuple[Block, ...]:
    """`blocks` without the pictures Slack names in its refusal; without any, where it names none that are there."""
    without_images = view.without_images().blocks
    refused = {int(at) for at in _REFUSED_BLOCK.findall(details)}
    reduced = tuple(without_images[n] if n in refused else block for n, block in enumerate(blocks))
    return reduced if reduced != blocks else without_images
