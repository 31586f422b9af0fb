"""The MCP door at `/mcp`: checks who calls before the protocol's own server sees a request.

A bearer token decides by itself what is seen. In a request that Slack signed, the asker's Slack id in `_meta.slack`
decides (docs.slack.dev, "Connecting an MCP server to the Slackbot MCP Client"). A token's holder can write any
`_meta`; nothing of it is read.
"""

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.domain.door_token import Scope as TokenScope
from bot.domain.errors import CastingError
from bot.doors import words
from bot.doors.gate import Gate, asker_of, has_slack_signature, message_of
from bot.doors.http_guard import MAX_BODY_BYTES
from bot.doors.problems import Problem, problem_of
from bot.usecases.door_access import Caller

PATH = "/mcp"
# The key of a request's scope under which tools find the caller; None if Slack does not say who asks.
CALLER = "castroom.caller"
_NAMED = re.compile(r"[a-zA-Z0-9_:/.-]{1,120}")


class McpDoor:
    """An ASGI app around the protocol's server."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _read(scope, receive)
            scope[CALLER] = await self._admit(scope, body)
        except Problem as problem:
            await problem.response()(scope, receive, send)
        except CastingError as error:
            await problem_of(error).response()(scope, receive, send)
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _admit(self, scope: Scope, body: bytes) -> Caller | None:
        headers, message = Headers(scope=scope), message_of(body)
        if "authorization" in headers or not has_slack_signature(headers):
            caller = await self._gate.admit_bearer(headers.get("authorization", ""), _call(scope, message))
            caller.require_scope(TokenScope.READ)
            return caller
        if not self._gate.is_from_slack(body, headers):
            raise Problem(401, "unauthorized", words.NO_TOKEN)
        asker = asker_of(message)
        return await self._gate.admit_asker(asker, _call(scope, message)) if asker else None


def _call(scope: Scope, message: Mapping[str, Any]) -> str:
    """Name a call for the audit log: its method, and the tool or resource; no arguments."""
    params = message.get("params")
    target = (params.get("name") or params.get("uri")) if isinstance(params, dict) else ""
    named = [text for text in (message.get("method"), target) if isinstance(text, str) and _NAMED.fullmatch(text)]
    return " ".join(["MCP", *named]) if named else f"MCP {scope['method']}"


async def _read(scope: Scope, receive: Receive) -> bytes:
    """Return the body of a POST; raises Problem if it is too large, and for every other method.

    The server sends nothing that was not asked for and keeps no session, so there is no stream to open or to end.
    """
    if scope["method"] != "POST":
        raise Problem(405, "http", words.POST_ONLY, {"Allow": "POST"})
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise Problem(413, "too-large", words.TOO_LARGE)
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read to the next reader, then what the client does after it."""
    is_sent = False

    async def replay() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
