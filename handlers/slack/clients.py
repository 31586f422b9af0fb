"""The workspaces the bot is in: a web client for each, carrying the token that Slack took for it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
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
    """One installation: the client with its token, and who the bot is there."""

    client: AsyncWebClient
    identity: AuthorizeResult


class Clients:
    """Clients by team id. Whoever installs or uninstalls while the bot runs will have to change this, and only this."""

    def __init__(self, workspaces: Mapping[str, Workspace]) -> None:
        self._workspaces = dict(workspaces)

    @classmethod
    async def open(cls, clients: Sequence[AsyncWebClient]) -> Self:
        """Ask each once whose token it carries. One that Slack turns down is left out, with a line in the log.

        Raises Unreachable when Slack cannot be asked: a bot that came up deaf to a workspace would stay so.
        """
        workspaces = await asyncio.gather(
            *(_test_auth(number, client) for number, client in enumerate(clients, start=1))
        )
        return cls({str(workspace.identity.team_id): workspace for workspace in workspaces if workspace})

    @property
    def teams(self) -> Iterable[str]:
        return self._workspaces.keys()

    def for_team(self, team: str) -> AsyncWebClient:
        """Raises NotInstalled, which is an Unreachable."""
        if team not in self._workspaces:
            raise WorkspaceNotInstalled(f"workspace {team}")
        return self._workspaces[team].client

    def identity(self, team: str | None) -> AuthorizeResult | None:
        """Who the bot is in a workspace; None, with a line in the log, where it has no token."""
        workspace = self._workspaces.get(team or "")
        if workspace is None:
            log.warning("workspace_rejected", team=team)
        return workspace.identity if workspace else None


def make_authorize(clients: Clients) -> Callable[[str | None], Awaitable[AuthorizeResult | None]]:
    """Bolt's question at every request, answered without asking Slack again; a plain function, as Bolt wants it."""

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
        log.error("bot_token_rejected", number=number, reason=code)  # noqa: TRY400 - Slack's word says it all
        return None
    identity = AuthorizeResult.from_auth_test_response(bot_token=client.token, auth_test_response=response)
    log.info("workspace_connected", team=identity.team_id, name=identity.team)
    return Workspace(client, identity)
