"""Arguments of a Web API call, in every format that Slack's clients send."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from playground.slack.core.errors import SlackError

_TRUE_VALUES = {True, "1", "true", "True"}


class Arguments:
    """Named values, strings in a form and typed in JSON; an empty string counts as absent."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = {name: value for name, value in values.items() if value not in (None, "")}

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        return str(self.values.get(name, default))

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        return isinstance(value, bool | int | str) and value in _TRUE_VALUES

    def number(self, name: str, default: int, maximum: int) -> int:
        """Return a number, at most `maximum`; raises `invalid_limit` for an invalid one."""
        try:
            number = int(self.values.get(name, default)) or default
        except (TypeError, ValueError) as error:
            raise SlackError("invalid_limit") from error
        if number < 0:
            raise SlackError("invalid_limit")
        return min(number, maximum)

    def json_value(self, name: str, error: str) -> Any:
        """Parse JSON that a form carries as a string; raises `error` if it is invalid."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as cause:
            raise SlackError(error) from cause

    def string_list(self, name: str) -> list[str]:
        """Return a list, or comma-separated strings as one."""
        value = self.values.get(name, [])
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]


async def read_arguments(request: web.Request) -> Arguments:
    """Read the query and a body of JSON, form or multipart; raises SlackError `invalid_json`, `json_not_object`."""
    values: dict[str, Any] = dict(request.query) | _basic_credentials(request)
    if request.content_type == "application/json" and request.can_read_body:
        try:
            body = await request.json()
        except ValueError as error:
            raise SlackError("invalid_json") from error
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        values |= body
    elif request.method == "POST":
        values |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return Arguments(values)


def _basic_credentials(request: web.Request) -> dict[str, str]:
    """Return client id and secret from HTTP Basic, which Slack also accepts (docs.slack.dev, "oauth.v2.access")."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": name, "client_secret": secret}


def bearer_token(request: web.Request, arguments: Arguments) -> str:
    """Return the token of the header, else of the arguments."""
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else arguments.text("token")
