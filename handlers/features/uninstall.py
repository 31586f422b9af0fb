"""Slack's events that a workspace removed the app or revoked its token."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.usecases.casting import Casting
from handlers.slack.clients import Clients
from handlers.slack.listeners import event_listener
from handlers.slack.payloads.parsers import removal_from
from handlers.slack.payloads.values import AppRemoval, Payload

# Slack waits three seconds for an ack.
_BEFORE_ACK_SECONDS = 1.5
_IS_REMOVED = "castroom_removed"


class UninstallListeners:
    """Listeners for `app_uninstalled` and `tokens_revoked`, which Slack sends together in either order.

    The event is acknowledged after the removal, so that Slack sends it again to a bot that crashes. A removal that
    takes longer goes on after the ack.
    """

    def __init__(self, casting: Casting, clients: Clients) -> None:
        self._uninstall = casting.uninstall
        self._storage_retry = casting.storage_retry
        self._clients = clients
        self._remove = event_listener(removal_from, self.on_removed)

    def listen(self, app: AsyncApp) -> None:
        for event in ("app_uninstalled", "tokens_revoked"):
            app.event(event, middleware=[self.remove_before_ack])(self.remove_after_ack)

    async def remove_before_ack(
        self,
        body: Payload,
        client: AsyncWebClient,
        context: AsyncBoltContext,
        next: Callable[[], Awaitable[Any]],  # noqa: A002 - Bolt's name
    ) -> Any:
        """Remove the installation if that takes little time; a Bolt middleware."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_BEFORE_ACK_SECONDS):
                await self._remove(body, client)
                context[_IS_REMOVED] = True
        return await next()

    async def remove_after_ack(self, body: Payload, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        if not context.get(_IS_REMOVED):
            await self._remove(body, client)

    async def on_removed(self, removal: AppRemoval, client: AsyncWebClient) -> None:  # noqa: ARG002 - Bolt's argument
        """Delete the installation, unless the app was installed again before Slack delivered the event."""
        was_installed_again = await self._storage_retry.retry_until_stored(
            "", lambda: self._clients.was_installed_again(removal.installation_id, removal.at)
        )
        if not was_installed_again:
            self._clients.remove(removal.installation_id)
            await self._uninstall.remove(removal.installation_id)
