"""Slack's events that a workspace removed the app or revoked its token."""

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.usecases.casting import Casting
from handlers.slack.clients import Clients
from handlers.slack.listeners import event_listener
from handlers.slack.payloads.parsers import removal_from
from handlers.slack.payloads.values import AppRemoval


class UninstallListeners:
    """Listeners for `app_uninstalled` and `tokens_revoked`, which Slack sends together in either order."""

    def __init__(self, casting: Casting, clients: Clients) -> None:
        self._uninstall = casting.uninstall
        self._storage_retry = casting.storage_retry
        self._clients = clients

    def listen(self, app: AsyncApp) -> None:
        for event in ("app_uninstalled", "tokens_revoked"):
            app.event(event)(event_listener(removal_from, self.on_removed))

    async def on_removed(self, removal: AppRemoval, client: AsyncWebClient) -> None:  # noqa: ARG002 - Bolt's argument
        """Delete the installation, unless the app was installed again before Slack delivered the event."""
        was_installed_again = await self._storage_retry.retry_until_stored(
            "", lambda: self._clients.was_installed_again(removal.installation_id, removal.at)
        )
        if not was_installed_again:
            self._clients.remove(removal.installation_id)
            await self._uninstall.remove(removal.installation_id)
