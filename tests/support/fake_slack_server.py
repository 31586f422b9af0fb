"""A loopback Slack that accepts every call, unless a test prepares another reply, and records the calls."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.clients import Clients, Workspace

Json = dict[str, Any]
TOKENS = {"T1": "xoxb-test", "T2": "xoxb-elsewhere"}


@dataclass
class FakeSlackServer:
    """A fake Slack; each call takes the next of `replies[method]`, and the last of them stays.

    `{"plain": "text/html", "status": 503}` is a reply that is not JSON; `{"after": 1.0}` comes after one second.
    """

    base_url: str = ""
    calls: list[tuple[str, Json]] = field(default_factory=list)
    tokens: list[tuple[str, str]] = field(default_factory=list)
    replies: dict[str, list[Json]] = field(default_factory=dict)
    uploaded: dict[str, bytes] = field(default_factory=dict)
    responses: list[Json] = field(default_factory=list)
    private_files: dict[str, web.Response] = field(default_factory=dict)
    scopes: str = ""
    drops_responses: bool = False
    _file_count: int = 0

    @property
    def clients(self) -> Clients:
        """Clients of two workspaces; `tokens` records the token of each call."""
        return Clients(
            {team: Workspace(self.client(token), _bot_identity(team, token)) for team, token in TOKENS.items()}
        )

    def client(self, token: str | None = None) -> AsyncWebClient:
        return AsyncWebClient(token=token, base_url=f"{self.base_url}/api/", retry_handlers=[])

    @property
    def response_url(self) -> str:
        return f"{self.base_url}/respond"

    def calls_to(self, method: str) -> list[Json]:
        return [arguments for name, arguments in self.calls if name == method]

    async def api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls.append((method, await _read_arguments(request)))
        self.tokens.append((method, request.headers.get("Authorization", "").removeprefix("Bearer ")))
        queue = self.replies.get(method)
        reply = (queue.pop(0) if len(queue) > 1 else queue[0]) if queue else self._default_reply(method)
        await asyncio.sleep(reply.get("after", 0))
        if "plain" in reply:
            return web.Response(status=reply["status"], text="upstream away", content_type=reply["plain"])
        return web.json_response({"ok": "error" not in reply} | reply, headers={"X-OAuth-Scopes": self.scopes})

    async def upload(self, request: web.Request) -> web.Response:
        self.uploaded[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    async def file(self, request: web.Request) -> web.Response:
        """Serve a private file to a request with a token, else the login page, as Slack does."""
        if not request.headers.get("Authorization", "").startswith("Bearer xoxb-"):
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        return self.private_files[request.match_info["name"]]

    async def respond(self, request: web.Request) -> web.Response:
        if self.drops_responses and request.transport:
            request.transport.abort()
        self.responses.append(await request.json())
        return web.Response(text="ok")

    def _default_reply(self, method: str) -> Json:
        if method == "files.getUploadURLExternal":
            self._file_count += 1
            file_id = f"F0FILE{self._file_count:04d}"
            return {"upload_url": f"{self.base_url}/upload/{file_id}", "file_id": file_id}
        defaults: dict[str, Json] = {
            "auth.test": {"user": "castroom", "team": "Harbour", "user_id": "U0BOT", "team_id": "T1", "bot_id": "B1"},
            "chat.postMessage": {"ts": "1764000000.000900", "channel": "C1"},
            "chat.getPermalink": {"permalink": "https://harbour.slack.com/archives/C1/p1"},
            "files.info": {"file": {"mimetype": "image/jpeg", "permalink": "https://harbour.slack.com/files/F1"}},
            "conversations.info": {"channel": {"id": "C1", "is_private": False, "is_member": True}},
            "conversations.members": {"members": []},
            "users.info": {"user": {"is_bot": False}},
            "users.conversations": {"channels": []},
        }
        return defaults.get(method, {})


@asynccontextmanager
async def fake_slack_server() -> AsyncIterator[FakeSlackServer]:
    slack = FakeSlackServer()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.api)
    app.router.add_post("/upload/{file}", slack.upload)
    app.router.add_post("/respond", slack.respond)
    app.router.add_get("/files/{name}", slack.file)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        await runner.cleanup()


def _bot_identity(team: str, token: str) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=team, bot_user_id="U0BOT", bot_id="B1", bot_token=token)


async def _read_arguments(request: web.Request) -> Json:
    """Read the arguments as slack_sdk sends them: JSON, form or query."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await request.json()
    else:
        arguments |= dict(await request.post())
    return {key: json.loads(value) if _is_json_field(key, value) else value for key, value in arguments.items()}


def _is_json_field(key: str, value: object) -> bool:
    return key in ("blocks", "files", "view", "metadata") and isinstance(value, str)
