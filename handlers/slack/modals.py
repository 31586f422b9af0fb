"""Modals and homes, simplified where Slack refuses a part of them. All functions raise SlackUnavailable."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import SlackRejected
from handlers.slack.api_errors import error_code, slack_call
from handlers.slack.fallback import send_view
from handlers.views.builder import View
from handlers.views.fields import build_modal

Modal = dict[str, Any]
# Seconds that a picture may take before its modal opens without it; a trigger lives three (docs.slack.dev, "Modals").
PICTURE_WAIT_SECONDS = 1.0


@dataclass(frozen=True)
class OpenModal:
    """An open modal: its view id, and the hash of its present state; empty where Slack does not say."""

    view_id: str
    view_hash: str


async def open_modal(client: AsyncWebClient, trigger_id: str, modal: Modal) -> OpenModal:
    """Open a modal for the user whose press has this trigger."""
    with slack_call("views.open"):
        answer = await _send_modal(lambda shown: client.views_open(trigger_id=trigger_id, view=shown), modal)
    opened = answer.get("view") or {}
    return OpenModal(str(opened.get("id", "")), str(opened.get("hash", "")))


async def open_modal_with_picture(
    client: AsyncWebClient, trigger_id: str, build: Callable[[str], Modal], picture: Awaitable[str], wait_seconds: float
) -> None:
    """Open the modal that `build` makes of a picture's file id; without it first where it takes longer than the wait.

    The picture is added afterwards, unless the user has changed or closed the modal meanwhile.
    """
    drawing = asyncio.ensure_future(picture)
    try:
        await asyncio.wait({drawing}, timeout=wait_seconds)
        if drawing.done():
            await open_modal(client, trigger_id, build(drawing.result()))
            return
        opened = await open_modal(client, trigger_id, build(""))
        if (file_id := await drawing) and opened.view_id:
            await _update_unchanged(client, opened, build(file_id))
    finally:
        drawing.cancel()


async def _update_unchanged(client: AsyncWebClient, opened: OpenModal, modal: Modal) -> None:
    try:
        await update_modal(client, opened.view_id, modal, opened.view_hash)
    except SlackRejected as error:
        if error.code != "hash_conflict":
            raise


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


async def push_modal(client: AsyncWebClient, trigger_id: str, modal: Modal) -> str:
    """Open a modal above the open one; return its view id."""
    with slack_call("views.push"):
        pushed = await _send_modal(lambda shown: client.views_push(trigger_id=trigger_id, view=shown), modal)
    return str((pushed.get("view") or {}).get("id", ""))


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
