"""The workspaces of the bot, each with a web client that has its token."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackUnavailable
from handlers.slack.api_errors import WorkspaceNotInstalled, slack_call, token_rejected

log = structlog.get_logger()


@dataclass(frozen=True)
class Workspace:
    """One installation: the client with its token, and the bot's identity there."""

    client: AsyncWebClient
    identity: AuthorizeResult


class Clients:
    """Clients by team id, fixed while the bot runs."""

    def __init__(self, workspaces: Mapping[str, Workspace]) -> None:
        self._workspaces = dict(workspaces)

    @classmethod
    async def open(cls, clients: Sequence[AsyncWebClient]) -> Self:
        """Look up the workspace of each client; leave out and log those whose token Slack rejects.

        Raises SlackUnavailable: a bot that started without a workspace would never serve it.
        """
        workspaces = await asyncio.gather(
            *(_test_auth(number, client) for number, client in enumerate(clients, start=1))
        )
        return cls({str(workspace.identity.team_id): workspace for workspace in workspaces if workspace})

    @property
    def teams(self) -> Collection[str]:
        return self._workspaces.keys()

    def for_team(self, team: str) -> AsyncWebClient:
        """Raises WorkspaceNotInstalled, a SlackUnavailable."""
        if team not in self._workspaces:
            raise WorkspaceNotInstalled(f"workspace {team}")
        return self._workspaces[team].client

    def organization(self, team: str) -> frozenset[str]:
        """Return the ids under which Slack reports the workspace's own people: its own, and its organization's."""
        identity = self._workspaces[team].identity if team in self._workspaces else None
        return frozenset(filter(None, (team, identity.enterprise_id if identity else None)))

    def identity(self, team: str | None) -> AuthorizeResult | None:
        """Return the bot's identity in a workspace; log and return None where it has no token."""
        workspace = self._workspaces.get(team or "")
        if workspace is None:
            log.warning("workspace_rejected", team=team)
        return workspace.identity if workspace else None


def make_authorize(clients: Clients) -> Callable[[str | None], Awaitable[AuthorizeResult | None]]:
    """Make Bolt's `authorize` function, which Bolt calls for every request; it makes no API call."""

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        return clients.identity(team_id)

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
