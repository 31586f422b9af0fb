"""Modals and homes, simplified where Slack refuses a part of them. All functions raise SlackUnavailable."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.api_errors import error_code, slack_call
from handlers.slack.fallback import send_view
from handlers.views.builder import View
from handlers.views.fields import build_modal

Modal = dict[str, Any]


async def open_modal(client: AsyncWebClient, trigger_id: str, modal: Modal) -> None:
    """Open a modal for the user whose press has this trigger."""
    with slack_call("views.open"):
        await _send_modal(lambda shown: client.views_open(trigger_id=trigger_id, view=shown), modal)


async def update_modal(client: AsyncWebClient, view_id: str, modal: Modal, view_hash: str = "") -> None:
    """Replace an open modal, if it is still at `view_hash` (where given); do nothing if the user has closed it."""
    with slack_call("views.update"):
        try:
            await _send_modal(
                lambda shown: client.views_update(view_id=view_id, view=shown, hash=view_hash or None), modal
            )
        except SlackApiError as error:
            if error_code(error) != "not_found":
                raise


async def push_notice(client: AsyncWebClient, trigger_id: str, title: str, view: View) -> str:
    """Show `view` in a modal above the open one; return its view id."""
    with slack_call("views.push"):
        pushed = await _send_modal(
            lambda shown: client.views_push(trigger_id=trigger_id, view=shown), notice(title, view)
        )
    return str(pushed["view"]["id"])


def notice(title: str, view: View) -> Modal:
    """Build a modal without input."""
    return build_modal("notice", "", title, "", view)


async def publish_home(client: AsyncWebClient, person: str, view: View, private_metadata: str, view_hash: str) -> None:
    """Show a user's home, unless it has changed since `view_hash` (where given)."""

    async def send(sent: View) -> None:
        home = {"type": "home", "private_metadata": private_metadata, "blocks": sent.blocks}
        await client.views_publish(user_id=person, view=home, hash=view_hash or None)

    with slack_call("views.publish"):
        await send_view(send, view)


async def _send_modal(send: Callable[[Modal], Awaitable[Any]], modal: Modal) -> Any:
    return await send_view(lambda view: send({**modal, "blocks": view.blocks}), View("", tuple(modal["blocks"])))
