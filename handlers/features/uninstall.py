"""Slack's events that a workspace removed the app or revoked its token, or that its organization did for it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.clients import Clients
from handlers.slack.listeners import Listeners, event_listener
from handlers.slack.payloads.parsers import access_granted_from, removal_from
from handlers.slack.payloads.values import AccessGranted, AppRemoval, Payload

# Slack waits three seconds for an ack.
_BEFORE_ACK_SECONDS = 1.5
_IS_REMOVED = "castroom_removed"


@dataclass(frozen=True)
class UninstallListeners(Listeners):
    """Listeners for `app_uninstalled` and `tokens_revoked`, which Slack sends together in either order.

    An organization that takes the app out of some workspaces sends `team_access_revoked`, and `team_access_granted`
    where it gives the app one (docs.slack.dev).

    The event is acknowledged after the removal, so that Slack sends it again to a bot that crashes. A removal that
    takes longer goes on after the ack.
    """

    clients: Clients

    def listen(self, app: AsyncApp) -> None:
        for event in ("app_uninstalled", "tokens_revoked", "team_access_revoked"):
            app.event(event, middleware=[self.remove_before_ack])(self.remove_after_ack)
        app.event("team_access_granted")(event_listener(access_granted_from, self.on_granted))

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
                await event_listener(removal_from, self.on_removed)(body, client)
                context[_IS_REMOVED] = True
        return await next()

    async def remove_after_ack(self, body: Payload, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        if not context.get(_IS_REMOVED):
            await event_listener(removal_from, self.on_removed)(body, client)

    async def on_removed(self, removal: AppRemoval, client: AsyncWebClient) -> None:  # noqa: ARG002 - Bolt's argument
        """Delete the installations, unless the app was installed again before Slack delivered the event."""
        for installation_id in removal.installation_ids:
            if not await self.casting.storage_retry.retry_until_stored(
                "", partial(self.clients.was_installed_again, installation_id, removal.at)
            ):
                self.clients.remove(installation_id)
                await self.casting.uninstall.remove(installation_id)

    async def on_granted(self, granted: AccessGranted, client: AsyncWebClient) -> None:  # noqa: ARG002 - Bolt's argument
        """Serve the workspaces through their organization; what is stored of them is not deleted then."""
        for team in granted.teams:
            await self.clients.learn_organization(team, granted.enterprise)
