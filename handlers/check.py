"""What Slack says about our tokens, for `doctor`; opens no socket and writes nothing."""

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Unreachable
from bot.settings import Settings
from handlers.asking import asking, reason
from handlers.manifest import scopes

_TIMEOUT = 15
_WRONG_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "not_allowed_token_type", "account_inactive", "token_revoked", "token_expired"}
)
_BOT_TOKEN = "api.slack.com/apps, your app, OAuth & Permissions, Bot User OAuth Token (xoxb-)"  # noqa: S105
_APP_TOKEN = "api.slack.com/apps, your app, Basic Information, App-Level Tokens, scope connections:write (xapp-)"  # noqa: S105


@dataclass(frozen=True)
class SlackCheck:
    """Whether each token works: False if it is missing or turned down, None if it is not needed or could not be asked.

    `notes` say in plain English what is there, what is missing and how to get it.
    """

    bot_token: bool | None
    app_token: bool | None
    missing_scopes: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def can_run(self) -> bool:
        return self.bot_token is True and self.app_token is not False and not self.missing_scopes


async def check(settings: Settings) -> SlackCheck:
    """Ask Slack who we are, what we may do, and whether a socket would open."""
    bot_token, missing, notes = await _check_bot(settings)
    app_token, more = await _check_app(settings)
    return SlackCheck(bot_token, app_token, missing, (*notes, *more))


async def _check_bot(settings: Settings) -> tuple[bool | None, tuple[str, ...], tuple[str, ...]]:
    """Scopes stand in the header x-oauth-scopes of every answer (docs.slack.dev, "Installing with OAuth")."""
    if settings.slack_bot_token is None:
        return False, (), (f"SLACK_BOT_TOKEN is not set: {_BOT_TOKEN}",)
    client = _client(settings, settings.slack_bot_token.get_secret_value())
    try:
        with asking("auth.test"):
            answer = await client.auth_test()
    except Unreachable as error:
        refused, note = _refusal(error, "SLACK_BOT_TOKEN", _BOT_TOKEN)
        return refused, (), (note,)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    missing = tuple(sorted(scopes() - granted))
    known = f"Slack knows the bot as {answer.get('user')} in {answer.get('team')}"
    if not missing:
        return True, missing, (known,)
    return True, missing, (known, f"scopes are missing: {', '.join(missing)}; add them and install the app again")


async def _check_app(settings: Settings) -> tuple[bool | None, tuple[str, ...]]:
    if settings.http_port:
        return None, ("HTTP_PORT is set: no app token is needed",)
    if settings.slack_app_token is None:
        return False, (f"SLACK_APP_TOKEN is not set: {_APP_TOKEN}",)
    token = settings.slack_app_token.get_secret_value()
    try:
        with asking("apps.connections.open"):
            await _client(settings, token).apps_connections_open(app_token=token)
    except Unreachable as error:
        refused, note = _refusal(error, "SLACK_APP_TOKEN", _APP_TOKEN)
        return refused, (note,)
    return True, ("Socket Mode opens",)


def _refusal(error: Unreachable, name: str, how: str) -> tuple[bool | None, str]:
    """False for a token that Slack turns down, None where Slack could not be asked."""
    cause = error.__cause__
    said = reason(cause) if cause else ""
    if isinstance(cause, SlackApiError) and said in _WRONG_TOKEN:
        return False, f"Slack turns {name} down ({said}): {how}"
    return None, f"Slack could not be asked about {name} ({said})"


def _client(settings: Settings, token: str) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=settings.slack_base_url, timeout=_TIMEOUT)
