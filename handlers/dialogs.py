"""Modals and homes, as plain as Slack takes them."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.asking import asking, reason, with_pictures
from handlers.blocks.dialog import dialog
from handlers.blocks.view import Block, View

log = structlog.get_logger()

Modal = dict[str, Any]

# How Slack says which block of a view it does not take.
_REFUSED_BLOCK = re.compile(r"/view/blocks/(\d+)")


async def open_dialog(client: AsyncWebClient, opener: str, modal: Modal) -> None:
    """Open a modal for whoever pressed; raises what slack_sdk raises."""
    await _plainly(lambda shown: client.views_open(trigger_id=opener, view=shown), modal)


async def change_dialog(client: AsyncWebClient, view_id: str, modal: Modal, version: str = "") -> None:
    """Show another modal in the place of an open one, if it is still at `version` (where given).

    One that was closed meanwhile stays closed. Raises Unreachable.
    """
    with asking("views.update"):
        try:
            await _plainly(lambda shown: client.views_update(view_id=view_id, view=shown, hash=version or None), modal)
        except SlackApiError as error:
            if reason(error) != "not_found":
                raise


async def tell_in_dialog(client: AsyncWebClient, opener: str, title: str, view: View) -> None:
    """Tell whoever pressed in their home; raises Unreachable."""
    with asking("views.open"):
        await open_dialog(client, opener, dialog("told", "", title, "", view))


async def tell_above(client: AsyncWebClient, opener: str, title: str, view: View) -> str:
    """Tell whoever pressed in a modal, in another one above it; that one's id. Raises Unreachable."""
    told = dialog("told", "", title, "", view)
    with asking("views.push"):
        pushed = await _plainly(lambda shown: client.views_push(trigger_id=opener, view=shown), told)
    return str(pushed["view"]["id"])


async def instead_of(client: AsyncWebClient, view_id: str, title: str, view: View) -> None:
    """Tell in the place of what a modal says; raises Unreachable."""
    await change_dialog(client, view_id, dialog("told", "", title, "", view))


async def publish(client: AsyncWebClient, person: str, view: View, kept: str, version: str) -> None:
    """Show a person's home, unless another one came after `version` (where given); `kept` comes back with every press.

    A picture Slack does not show is left out, all of them where it does not say which. Raises Unreachable, NotTaken.
    """

    async def send(blocks: tuple[Block, ...]) -> None:
        home = {"type": "home", "private_metadata": kept, "blocks": blocks}
        await client.views_publish(user_id=person, view=home, hash=version or None)

    blocks = view.blocks
    with asking("views.publish"):
        while True:
            try:
                await send(blocks)
            except SlackApiError as error:
                fewer = _without_refused(view, blocks, str(error.response.get("response_metadata")))
                if reason(error) != "invalid_arguments":
                    raise
                if fewer == blocks:
                    await with_pictures(lambda plain: send(plain.blocks), View(view.text, blocks))
                    return
                log.info("picture_refused", details=error.response.get("response_metadata"))
                blocks = fewer
            else:
                return


async def _plainly(send: Callable[[Modal], Awaitable[Any]], modal: Modal) -> Any:
    answer, _ = await with_pictures(
        lambda view: send({**modal, "blocks": view.blocks}), View("", tuple(modal["blocks"]))
    )
    return answer


def _without_refused(view: View, blocks: tuple[Block, ...], details: str) -> tuple[Block, ...]:
    """`blocks` without the pictures Slack names in its refusal; without any, where it names none that are there."""
    bare = view.without_pictures().blocks
    named = {int(at) for at in _REFUSED_BLOCK.findall(details)}
    fewer = tuple(bare[n] if n in named else block for n, block in enumerate(blocks))
    return fewer if fewer != blocks else bare
