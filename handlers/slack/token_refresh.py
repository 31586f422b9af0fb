"""Refresh of tokens that expire, where the app rotates its tokens (docs.slack.dev, "Token rotation").

A token lives twelve hours. A refresh token works once, so one process at a time refreshes an installation.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import SlackUnavailable, StorageUnavailable
from bot.ports.installations import Installation, Installations, UnreadableToken
from bot.ports.replicas import Replicas
from handlers.slack.api_errors import error_code, slack_call

log = structlog.get_logger()

_REFRESH_BEFORE = timedelta(hours=2)
# A request does not wait for the leader if its token is about to expire.
_URGENT_BEFORE = timedelta(minutes=1)
_STORE_RETRY_SECONDS = 1.0
# Codes after which only a new installation helps.
_FINAL_CODES = frozenset(
    {"invalid_refresh_token", "token_revoked", "token_expired", "invalid_auth", "account_inactive"}
)


class TokenRefresh:
    """Refreshes tokens two hours before they expire; the leader looks for them."""

    def __init__(
        self,
        installations: Installations,
        replicas: Replicas,
        client: AsyncWebClient,
        credentials: tuple[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self._installations = installations
        self._replicas = replicas
        self._client = client
        self._client_id, self._client_secret = credentials
        self._now = now

    async def refresh_due(self) -> None:
        """Refresh every token that expires soon; errors are logged, since the next look repeats it."""
        if not await self._replicas.is_leader():
            return
        try:
            for installation_id in await self._installations.list_expiring(self._now() + _REFRESH_BEFORE):
                await self.refresh(installation_id)
        except StorageUnavailable as error:
            log.warning("token_refresh_retried", reason=error.reason)

    def is_urgent(self, installation: Installation) -> bool:
        return self._expires_within(installation, _URGENT_BEFORE)

    async def refresh(self, installation_id: str) -> Installation | None:
        """Refresh the token unless another process did; return the installation as stored, None if it is gone.

        Raises StorageUnavailable. If Slack does not answer, the token stays.
        """
        refreshed: Installation | None = None
        try:
            async with self._replicas.lease(f"token:{installation_id}"):
                current = await self._get(installation_id)
                if current is None or not self._expires_within(current, _REFRESH_BEFORE):
                    return current
                refreshed = await self._exchange(current)
                if refreshed is None:
                    return current
                await self._installations.set_tokens(refreshed)
        except StorageUnavailable:
            if refreshed is None:
                raise
            await self._store(refreshed)
        return await self._get(installation_id)

    async def _get(self, installation_id: str) -> Installation | None:
        try:
            return await self._installations.get(installation_id)
        except UnreadableToken as error:
            log.error("installation_unreadable", id=error.installation_id, key=error.key_id)  # noqa: TRY400
            return None

    async def _exchange(self, current: Installation) -> Installation | None:
        """Return the installation with new tokens; None if Slack gave none."""
        try:
            with slack_call("oauth.v2.access"):
                response = await self._client.oauth_v2_access(
                    client_id=self._client_id,
                    client_secret=self._client_secret,
                    grant_type="refresh_token",
                    refresh_token=current.refresh_token,
                )
        except SlackUnavailable as error:
            code = error_code(error.__cause__) if error.__cause__ else ""
            log.error("token_refresh_failed", id=current.id, code=code)  # noqa: TRY400 - Slack's code says it all
            if code in _FINAL_CODES:
                await self._installations.set_refresh_error(current, code)
            return None
        log.info("token_refreshed", id=current.id)
        return replace(
            current,
            token=str(response["access_token"]),
            refresh_token=str(response["refresh_token"]),
            expires_at=self._now() + timedelta(seconds=int(response["expires_in"])),
        )

    async def _store(self, refreshed: Installation) -> None:
        """Store the tokens once the database can: the refresh token before them is used up."""
        while True:
            await asyncio.sleep(_STORE_RETRY_SECONDS)
            try:
                await self._installations.set_tokens(refreshed)
            except StorageUnavailable as error:
                log.error("token_store_retried", id=refreshed.id, reason=error.reason)  # noqa: TRY400
            else:
                return

    def _expires_within(self, installation: Installation, time: timedelta) -> bool:
        if not installation.refresh_token or installation.expires_at is None:
            return False
        return installation.expires_at < self._now() + time
