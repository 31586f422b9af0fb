"""Checks of the Slack tokens for `doctor`, without opening a socket."""

import asyncio
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.service_errors import SlackUnavailable
from bot.settings import Settings
from handlers.slack.api_errors import error_code, slack_call, token_rejected
from handlers.slack.manifest import scopes

_TIMEOUT = 15
_BOT_TOKEN = "api.slack.com/apps, your app, OAuth & Permissions, Bot User OAuth Token (xoxb-)"  # noqa: S105
_APP_TOKEN = "api.slack.com/apps, your app, Basic Information, App-Level Tokens, scope connections:write (xapp-)"  # noqa: S105


@dataclass(frozen=True)
class SlackCheck:
    """Whether the tokens work: False if one is missing or rejected, None if not needed or Slack did not answer.

    `bot_token` covers the tokens of all workspaces. `notes` say what was found, what is missing and how to get it.
    """

    bot_token: bool | None
    app_token: bool | None
    missing_scopes: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def can_run(self) -> bool:
        return self.bot_token is True and self.app_token is not False and not self.missing_scopes


@dataclass(frozen=True)
class _TokenCheck:
    """The result for one token."""

    works: bool | None
    missing: frozenset[str]
    notes: tuple[str, ...]


async def check(settings: Settings) -> SlackCheck:
    """Check the bot's identity and scopes in each workspace, and whether Slack would open a socket."""
    settings.scrub_proxy_env()
    bots = await _check_bots(settings)
    app = await _check_app(settings)
    results = {bot.works for bot in bots}
    works = False if False in results else None if None in results else True
    missing = tuple(sorted(frozenset().union(*(bot.missing for bot in bots))))
    return SlackCheck(
        works, app.works, missing, tuple(note for token_check in (*bots, app) for note in token_check.notes)
    )


async def _check_bots(settings: Settings) -> list[_TokenCheck]:
    tokens = [token.get_secret_value() for token in settings.slack_bot_tokens]
    if not tokens and settings.uses_oauth:
        return []
    if not tokens:
        return [_TokenCheck(False, frozenset(), (f"SLACK_BOT_TOKEN is not set: {_BOT_TOKEN}",))]
    names = [f"token {n} of SLACK_BOT_TOKEN" for n in range(1, len(tokens) + 1)] if tokens[1:] else ["SLACK_BOT_TOKEN"]
    checks = (_check_bot(slack_client(settings, token), name) for token, name in zip(tokens, names, strict=True))
    return await asyncio.gather(*checks)


async def _check_bot(client: AsyncWebClient, name: str) -> _TokenCheck:
    """Compare the scopes in the header x-oauth-scopes of an answer (docs.slack.dev, "Installing with OAuth")."""
    try:
        with slack_call("auth.test"):
            response = await client.auth_test()
    except SlackUnavailable as error:
        return _failed_check(error, name, _BOT_TOKEN)
    headers = {name.lower(): value for name, value in response.headers.items()}
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    missing = scopes() - granted
    identity_note = f"Slack knows the bot as {response.get('user')} in {response.get('team')}"
    if not missing:
        return _TokenCheck(True, missing, (identity_note,))
    missing_note = (
        f"scopes are missing in {response.get('team')}: {', '.join(sorted(missing))}; add them and install again"
    )
    return _TokenCheck(True, missing, (identity_note, missing_note))


async def check_installed_token(settings: Settings, token: str) -> str:
    """Return Slack's code if it rejects the token of an installation; empty if it works or Slack does not answer."""
    settings.scrub_proxy_env()
    try:
        with slack_call("auth.test"):
            await slack_client(settings, token).auth_test()
    except SlackUnavailable as error:
        return token_rejected(error)
    return ""


async def _check_app(settings: Settings) -> _TokenCheck:
    if settings.http_port:
        return _TokenCheck(None, frozenset(), ("HTTP_PORT is set: no app token is needed",))
    if settings.slack_app_token is None:
        return _TokenCheck(False, frozenset(), (f"SLACK_APP_TOKEN is not set: {_APP_TOKEN}",))
    token = settings.slack_app_token.get_secret_value()
    try:
        with slack_call("apps.connections.open"):
            await slack_client(settings, token).apps_connections_open(app_token=token)
    except SlackUnavailable as error:
        return _failed_check(error, "SLACK_APP_TOKEN", _APP_TOKEN)
    return _TokenCheck(True, frozenset(), ("Socket Mode opens",))


def _failed_check(error: SlackUnavailable, name: str, token_location: str) -> _TokenCheck:
    """Report a rejected token as False, and a failed call as None."""
    if code := token_rejected(error):
        return _TokenCheck(False, frozenset(), (f"Slack turns {name} down ({code}): {token_location}",))
    cause = error_code(error.__cause__) if error.__cause__ else ""
    return _TokenCheck(None, frozenset(), (f"Slack could not be asked about {name} ({cause})",))


def slack_client(settings: Settings, token: str, team_id: str = "") -> AsyncWebClient:
    """Build a client for one look-up; it gives up soon. `team_id` is sent with every call."""
    return AsyncWebClient(
        token=token,
        team_id=team_id or None,
        base_url=settings.slack_base_url,
        timeout=_TIMEOUT,
        proxy=settings.slack_proxy or None,
    )
