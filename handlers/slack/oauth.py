"""Installation by OAuth through Bolt's flow (docs.slack.dev, "Installing with OAuth"), with the states and
installations in our database.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

import structlog
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import SlackRejected, SlackUnavailable, StorageUnavailable
from bot.ports.installations import Installation, Installations, OAuthStates
from handlers.slack.api_errors import slack_call, token_rejected
from handlers.slack.manifest import OAUTH_REDIRECT_PATH, scopes
from handlers.views import install_page

log = structlog.get_logger()

INSTALL_PATH = "/slack/install"
_STATE_SECONDS = 600


@dataclass(frozen=True)
class OAuthApp:
    """The app's credentials, and the address at which Slack and users reach the bot."""

    client_id: str
    client_secret: str
    public_url: str


class InstallFlow(AsyncOAuthFlow):
    """Bolt's flow, except that it asks for no user token, never logs a code, and has our pages."""

    async def handle_installation(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await super().handle_installation(request)
        except StorageUnavailable as error:
            log.warning("installation_failed", why=str(error))
            return _failure_page("unavailable", 503)

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await super().handle_callback(request)
        except (SlackUnavailable, StorageUnavailable) as error:
            log.warning("installation_failed", why=str(error))
            return _failure_page("unavailable", 503)

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:  # noqa: ARG002 - Bolt's argument
        return install_page.install(url)

    async def run_installation(self, code: str) -> SlackInstallation | None:
        """Exchange the code for a token; None if Slack refuses it. Raises SlackUnavailable if Slack does not answer."""
        settings = self.settings
        try:
            with slack_call("oauth.v2.access"):
                granted = await self.client.oauth_v2_access(
                    code=code,
                    client_id=settings.client_id,
                    client_secret=settings.client_secret,
                    redirect_uri=settings.redirect_uri,
                )
            with slack_call("auth.test"):
                identity = await self.client.auth_test(token=granted["access_token"])
        except SlackUnavailable as error:
            if not _is_refusal(error):
                raise
            log.warning("installation_refused", what=error.operation)
            return None
        team, enterprise = granted.get("team") or {}, granted.get("enterprise") or {}
        return SlackInstallation(
            app_id=granted.get("app_id"),
            enterprise_id=enterprise.get("id"),
            enterprise_name=enterprise.get("name"),
            team_id=team.get("id"),
            team_name=team.get("name"),
            bot_token=granted["access_token"],
            bot_id=identity.get("bot_id") or "",
            bot_user_id=granted.get("bot_user_id"),
            bot_scopes=granted.get("scope") or "",
            bot_refresh_token=granted.get("refresh_token"),
            bot_token_expires_in=granted.get("expires_in"),
            user_id=(granted.get("authed_user") or {}).get("id") or "",
            is_enterprise_install=bool(granted.get("is_enterprise_install")),
        )


class _InstallationStore(AsyncInstallationStore):
    """Bolt's store, as far as its flow calls it: requests are authorized by handlers/slack/clients.py."""

    def __init__(self, installations: Installations, now: Callable[[], datetime]) -> None:
        self._installations = installations
        self._now = now

    async def async_save(self, installation: SlackInstallation) -> None:
        """Raises BoltError, for which the flow shows its page."""
        found = _installation(installation, self._now())
        try:
            await self._installations.add(found)
        except StorageUnavailable as error:
            raise BoltError(str(error)) from error
        log.info("workspace_installed", id=found.id, name=found.name, by=found.installed_by)


class _StateStore(AsyncOAuthStateStore):
    """Bolt's store of states, on ours."""

    def __init__(self, states: OAuthStates) -> None:
        self._states = states

    async def async_issue(self, *_: object, **__: object) -> str:
        return await self._states.issue()

    async def async_consume(self, state: str) -> bool:
        return await self._states.consume(state)


def make_install_flow(
    app: OAuthApp,
    client: AsyncWebClient,
    installations: Installations,
    states: OAuthStates,
    now: Callable[[], datetime],
) -> InstallFlow:
    """Build the flow; `client` has no token."""
    settings = AsyncOAuthSettings(
        client_id=app.client_id,
        client_secret=app.client_secret,
        scopes=sorted(scopes()),
        user_scopes=[],
        redirect_uri=app.public_url + OAUTH_REDIRECT_PATH,
        install_path=INSTALL_PATH,
        redirect_uri_path=OAUTH_REDIRECT_PATH,
        authorization_url=urljoin(client.base_url, "../oauth/v2/authorize"),
        installation_store=_InstallationStore(installations, now),
        state_store=_StateStore(states),
        state_expiration_seconds=_STATE_SECONDS,
        callback_options=AsyncCallbackOptions(success=_succeed, failure=_fail),
    )
    return InstallFlow(client=client, logger=logging.getLogger("slack_bolt"), settings=settings)


async def _succeed(args: AsyncSuccessArgs) -> BoltResponse:
    name = args.installation.team_name or args.installation.enterprise_name or ""
    return _page(install_page.installed(name), 200)


async def _fail(args: AsyncFailureArgs) -> BoltResponse:
    log.warning("installation_failed", why=args.reason)
    return _failure_page(args.reason, args.suggested_status_code)


def _failure_page(reason: str, status: int) -> BoltResponse:
    return _page(install_page.failed(reason, INSTALL_PATH), status)


def _page(html: str, status: int) -> BoltResponse:
    return BoltResponse(status=status, body=html, headers={"Content-Type": "text/html; charset=utf-8"})


def _installation(granted: SlackInstallation, now: datetime) -> Installation:
    expires_at = granted.bot_token_expires_at
    return Installation(
        team="" if granted.is_enterprise_install else granted.team_id or "",
        enterprise=granted.enterprise_id or "",
        name=(granted.enterprise_name if granted.is_enterprise_install else granted.team_name) or "",
        app_id=granted.app_id or "",
        bot_id=granted.bot_id or "",
        bot_user=granted.bot_user_id or "",
        scopes=tuple(granted.bot_scopes or ()),
        installed_by=granted.user_id,
        installed_at=now,
        token=granted.bot_token or "",
        refresh_token=granted.bot_refresh_token or "",
        expires_at=None if expires_at is None else datetime.fromtimestamp(expires_at, UTC),
    )


def _is_refusal(error: SlackUnavailable) -> bool:
    """Whether Slack answered with an error that a repeat does not change."""
    return isinstance(error, SlackRejected) or bool(token_rejected(error))
