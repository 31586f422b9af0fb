"""What Slack says about our tokens, for `doctor`; opens no socket and writes nothing."""

import asyncio
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Unreachable
from bot.settings import Settings
from handlers.asking import asking, reason, turned_down
from handlers.manifest import scopes

_TIMEOUT = 15
_BOT_TOKEN = "api.slack.com/apps, your app, OAuth & Permissions, Bot User OAuth Token (xoxb-)"  # noqa: S105
_APP_TOKEN = "api.slack.com/apps, your app, Basic Information, App-Level Tokens, scope connections:write (xapp-)"  # noqa: S105


@dataclass(frozen=True)
class SlackCheck:
    """Whether the tokens work: False if one is missing or turned down, None if not needed or it could not be asked.

    `bot_token` speaks for the tokens of all workspaces. `notes` say in plain English what is there, what is missing and
    how to get it.
    """

    bot_token: bool | None
    app_token: bool | None
    missing_scopes: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def can_run(self) -> bool:
        return self.bot_token is True and self.app_token is not False and not self.missing_scopes


@dataclass(frozen=True)
class _Checked:
    """One token: whether it works, the scopes it lacks, what there is to say."""

    works: bool | None
    missing: frozenset[str]
    notes: tuple[str, ...]


async def check(settings: Settings) -> SlackCheck:
    """Ask Slack who we are in each workspace, what we may do there, and whether a socket would open."""
    bots = await _check_bots(settings)
    app = await _check_app(settings)
    states = {bot.works for bot in bots}
    works = False if False in states else None if None in states else True
    missing = tuple(sorted(frozenset().union(*(bot.missing for bot in bots))))
    return SlackCheck(works, app.works, missing, tuple(note for one in (*bots, app) for note in one.notes))


async def _check_bots(settings: Settings) -> list[_Checked]:
    tokens = [token.get_secret_value() for token in settings.slack_bot_tokens]
    if not tokens:
        return [_Checked(False, frozenset(), (f"SLACK_BOT_TOKEN is not set: {_BOT_TOKEN}",))]
    names = [f"token {n} of SLACK_BOT_TOKEN" for n in range(1, len(tokens) + 1)] if tokens[1:] else ["SLACK_BOT_TOKEN"]
    asked = (_check_bot(_client(settings, token), name) for token, name in zip(tokens, names, strict=True))
    return await asyncio.gather(*asked)


async def _check_bot(client: AsyncWebClient, name: str) -> _Checked:
    """Scopes stand in the header x-oauth-scopes of every answer (docs.slack.dev, "Installing with OAuth")."""
    try:
        with asking("auth.test"):
            answer = await client.auth_test()
    except Unreachable as error:
        return _refusal(error, name, _BOT_TOKEN)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    missing = scopes() - granted
    known = f"Slack knows the bot as {answer.get('user')} in {answer.get('team')}"
    if not missing:
        return _Checked(True, missing, (known,))
    lacking = f"scopes are missing in {answer.get('team')}: {', '.join(sorted(missing))}; add them and install again"
    return _Checked(True, missing, (known, lacking))


async def _check_app(settings: Settings) -> _Checked:
    if settings.http_port:
        return _Checked(None, frozenset(), ("HTTP_PORT is set: no app token is needed",))
    if settings.slack_app_token is None:
        return _Checked(False, frozenset(), (f"SLACK_APP_TOKEN is not set: {_APP_TOKEN}",))
    token = settings.slack_app_token.get_secret_value()
    try:
        with asking("apps.connections.open"):
            await _client(settings, token).apps_connections_open(app_token=token)
    except Unreachable as error:
        return _refusal(error, "SLACK_APP_TOKEN", _APP_TOKEN)
    return _Checked(True, frozenset(), ("Socket Mode opens",))


def _refusal(error: Unreachable, name: str, how: str) -> _Checked:
    """False for a token that Slack turns down, None where Slack could not be asked."""
    if said := turned_down(error):
        return _Checked(False, frozenset(), (f"Slack turns {name} down ({said}): {how}",))
    why = reason(error.__cause__) if error.__cause__ else ""
    return _Checked(None, frozenset(), (f"Slack could not be asked about {name} ({why})",))


def _client(settings: Settings, token: str) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=settings.slack_base_url, timeout=_TIMEOUT)
