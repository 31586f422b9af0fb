"""The workspaces of the bot, each with a web client that has its token."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Self

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import SlackUnavailable
from handlers.slack.api_errors import WorkspaceNotInstalled, slack_call, token_rejected
from handlers.slack.installed_workspaces import InstalledWorkspaces, Workspace

__all__ = ["Clients", "Workspace", "make_authorize"]

log = structlog.get_logger()


class Clients:
    """Clients by team id: of the settings' tokens, and of the workspaces that installed the app by OAuth."""

    def __init__(self, workspaces: Mapping[str, Workspace], installed: InstalledWorkspaces | None = None) -> None:
        self._workspaces = dict(workspaces)
        self._installed = installed

    @classmethod
    async def open(cls, clients: Sequence[AsyncWebClient]) -> Self:
        """Look up the workspace of each client; leave out and log those whose token Slack rejects.

        Raises SlackUnavailable: a bot that started without a workspace would never serve it.
        """
        workspaces = await asyncio.gather(
            *(_test_auth(number, client) for number, client in enumerate(clients, start=1))
        )
        return cls({str(workspace.identity.team_id): workspace for workspace in workspaces if workspace})

    def serve_installed(self, installed: InstalledWorkspaces) -> None:
        """Serve also the workspaces that installed the app by OAuth, now or later."""
        self._installed = installed

    @property
    def teams(self) -> Sequence[str]:
        """The workspaces of the settings' tokens."""
        return tuple(self._workspaces)

    async def is_installed(self, team: str) -> bool:
        """Raises SlackUnavailable while the database cannot be read."""
        return await self._find(team) is not None

    async def learn_organization(self, team: str, enterprise: str) -> bool:
        """Serve a workspace through its organization's installation; return whether there is one.

        Raises SlackUnavailable, StorageUnavailable.
        """
        return self._installed is not None and await self._installed.learn_organization(team, enterprise)

    async def for_team(self, team: str) -> AsyncWebClient:
        """Raises WorkspaceNotInstalled, a SlackUnavailable, and SlackUnavailable while the database is away."""
        if (workspace := await self._find(team)) is None:
            raise WorkspaceNotInstalled(f"workspace {team}")
        return workspace.client

    async def organization(self, team: str) -> frozenset[str]:
        """Return the ids under which Slack reports the workspace's own people: its own, and its organization's.

        Raises SlackUnavailable while the database cannot be read.
        """
        workspace = await self._find(team)
        return frozenset(filter(None, (team, workspace.identity.enterprise_id if workspace else None)))

    async def identity(self, team: str | None) -> AuthorizeResult | None:
        """Return the bot's identity in a workspace; log and return None where it has no token.

        Raises SlackUnavailable while the database cannot be read.
        """
        workspace = await self._find(team or "")
        if workspace is None:
            log.warning("workspace_rejected", team=team)
        return workspace.identity if workspace else None

    async def was_installed_again(self, installation_id: str, removed_at: datetime) -> bool:
        """Whether the app was installed after it was removed: Slack may deliver the removal late."""
        return self._installed is not None and await self._installed.was_installed_again(installation_id, removed_at)

    def remove(self, team: str) -> None:
        """Use the workspace's token of the settings no more, after Slack revoked it."""
        self._workspaces.pop(team, None)

    async def _find(self, team: str) -> Workspace | None:
        if (workspace := self._workspaces.get(team)) or self._installed is None or not team:
            return workspace
        return await self._installed.find(team)


def make_authorize(clients: Clients) -> Callable[[str | None], Awaitable[AuthorizeResult | None]]:
    """Make Bolt's `authorize` function, which Bolt calls for every request; it makes no API call.

    It refreshes a token that is about to expire.
    """

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        return await clients.identity(team_id)

    return authorize


async def _test_auth(number: int, client: AsyncWebClient) -> Workspace | None:
    try:
        with slack_call("auth.test"):
            response = await client.auth_test()
    except SlackUnavailable as error:
        if not (code := token_rejected(error)):
            raise
        log.error("bot_token_rejected", number=number, reason=code)  # noqa: TRY400 - Slack's code says it all
        return None
    identity = AuthorizeResult.from_auth_test_response(bot_token=client.token, auth_test_response=response)
    log.info("workspace_connected", team=identity.team_id, name=identity.team)
    return Workspace(client, identity)
