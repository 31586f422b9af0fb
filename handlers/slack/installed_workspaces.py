"""Workspaces that installed the app by OAuth: looked up in the database, cached for seconds, forgotten on a change."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import SlackUnavailable, StorageUnavailable
from bot.ports.installations import Installation, Installations, UnreadableToken
from handlers.slack.api_errors import slack_call, token_rejected
from handlers.slack.token_refresh import TokenRefresh

log = structlog.get_logger()

# Where a notification is lost, a process learns of a change after this time at the latest.
MAX_AGE_SECONDS = 3.0
_MAX_CACHED = 10_000


@dataclass(frozen=True)
class Workspace:
    """One workspace of the bot: the client with its token, and the bot's identity there."""

    client: AsyncWebClient
    identity: AuthorizeResult
    installation_id: str = ""


@dataclass(frozen=True)
class _Cached:
    workspace: Workspace | None
    until: float


class InstalledWorkspaces:
    """Workspaces by team id, and organizations by theirs.

    A workspace is found by its organization's installation if Slack said that it serves it, else by its own.
    `new_client` builds a client from a token and the workspace that each call must name, empty where the token has one
    workspace only. Without `token_refresh`, tokens are used as they are.
    """

    def __init__(
        self,
        installations: Installations,
        new_client: Callable[[str, str], AsyncWebClient],
        token_refresh: TokenRefresh | None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._installations = installations
        self._new_client = new_client
        self._token_refresh = token_refresh
        self._now = now
        self._cache: dict[str, _Cached] = {}
        self._changes = 0
        installations.listen(self.forget)

    async def find(self, team: str) -> Workspace | None:
        """Return the workspace, None where the app is not installed.

        While the database cannot be read, the last answer counts; raises SlackUnavailable if there is none.
        """
        cached = self._cache.get(team)
        if cached and self._now() < cached.until:
            return cached.workspace
        changes = self._changes
        try:
            workspace = await self._load(team)
        except StorageUnavailable as error:
            if cached is None:
                raise SlackUnavailable(f"token of {team}: {error.reason}") from error
            log.warning("installation_lookup_failed", team=team, reason=error.reason)
            workspace = cached.workspace
        if changes == self._changes:
            self._store(team, workspace)
        return workspace

    async def learn_organization(self, team: str, enterprise: str) -> bool:
        """Serve a workspace through its organization's installation; return whether there is one."""
        if await self.find(enterprise) is None:
            return False
        if (known := await self.find(team)) and known.installation_id == enterprise:
            return True
        await self._installations.set_organization(team, enterprise)
        log.info("organization_workspace_added", team=team, enterprise=enterprise)
        return True

    async def was_installed_again(self, installation_id: str, removed_at: datetime) -> bool:
        """Whether the installation is younger than `removed_at` and its token works, since two clocks may differ.

        Raises StorageUnavailable.
        """
        try:
            installation = await self._installations.get(installation_id)
        except UnreadableToken:
            return False
        if installation is None or installation.installed_at <= removed_at:
            return False
        try:
            with slack_call("auth.test"):
                await self._new_client(installation.token, "").auth_test()
        except SlackUnavailable as error:
            return not token_rejected(error)
        return True

    def forget(self, installation_id: str) -> None:
        """Look the workspace, or all workspaces of the organization, up again."""
        self._changes += 1
        self._cache = {
            team: cached
            for team, cached in self._cache.items()
            if team != installation_id and (not cached.workspace or cached.workspace.installation_id != installation_id)
        }

    async def _load(self, team: str) -> Workspace | None:
        try:
            enterprise = await self._installations.get_organization(team)
            installation = await self._installations.get(enterprise) if enterprise else None
            if installation is None:
                installation = await self._installations.get(team)
        except UnreadableToken as error:
            log.error("installation_unreadable", id=error.installation_id, key=error.key_id)  # noqa: TRY400
            return None
        if installation and self._token_refresh and self._token_refresh.is_urgent(installation):
            installation = await self._token_refresh.refresh(installation.id)
        return self._workspace(team, installation) if installation else None

    def _workspace(self, team: str, installation: Installation) -> Workspace:
        identity = AuthorizeResult(
            enterprise_id=installation.enterprise or None,
            team_id=team,
            bot_id=installation.bot_id,
            bot_user_id=installation.bot_user,
            bot_token=installation.token,
            bot_scopes=list(installation.scopes),
        )
        # A token of an organization has no workspace of its own, so its calls name one.
        named = "" if installation.team or team == installation.enterprise else team
        return Workspace(self._new_client(installation.token, named), identity, installation.id)

    def _store(self, team: str, workspace: Workspace | None) -> None:
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        self._cache[team] = _Cached(workspace, self._now() + MAX_AGE_SECONDS)
