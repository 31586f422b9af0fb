"""The same bot over signed HTTP requests instead of a socket."""

import hmac
import time
from hashlib import sha256
from pathlib import Path

import aiohttp

from playground.processes import bot_environment, start_bot, unused_port
from tests.support.fork_server import fork_python
from tests.support.ports import wait_for_port
from tests.support.practice_environment import DANIEL, LENA, PracticeEnvironment

# Nothing listens there: a call that used one of them would fail.
DEAD_PROXIES = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")


class HttpModeEnvironment(PracticeEnvironment):
    """A house whose workspace calls the bot at an address."""

    async def start_bot(self, script: str | None = None, **extra: str) -> None:
        port = unused_port()
        overrides = {"HTTP_PORT": str(port), **DEAD_PROXIES, **self.extra, **extra}
        variables = bot_environment(self.data, await self.server.environment(), **overrides)
        variables.pop("SLACK_APP_TOKEN", None)
        self.bot = await start_bot(variables, self.data / "bot.log", script, fork_python)
        await wait_for_port(port)
        self.url = f"http://127.0.0.1:{port}/slack/events"
        self.secret = variables["SLACK_SIGNING_SECRET"]
        answer = await self.control_client.post("slack/http", {"url": self.url})
        assert answer["ok"], answer


async def send_forged_requests(workspace: HttpModeEnvironment) -> dict[str, int]:
    """What the bot answers to requests that Slack did not send, or not now."""
    body, now = "command=%2Fcast&text=help&team_id=T0HARBOUR", int(time.time())
    attempts = {
        "unsigned": {},
        "forged": _signature_headers(body, now, "guessed"),
        "ten minutes old": _signature_headers(body, now - 600, workspace.secret),
    }
    answers = {}
    async with aiohttp.ClientSession() as session:
        for name, headers in attempts.items():
            request_headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            async with session.post(workspace.url, data=body, headers=request_headers) as answer:
                answers[name] = answer.status
    return answers


def _signature_headers(body: str, at: int, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


async def test_a_face_is_cast_and_locked_over_http(tmp_path: Path) -> None:
    workspace = HttpModeEnvironment(tmp_path)
    await workspace.start()
    try:
        ts = await workspace.cast("Http: a lock keeper")
        await workspace.wait_for_ballot(ts)
        await workspace.control_client.react(DANIEL, "C0HARBOURFILM", ts, "one")
        await workspace.press(LENA, ts, "vote:1")
        await workspace.wait_for_labels(ts, {"vote:1": "1 · 2"})
        await workspace.press(LENA, ts, "lock")
        await workspace.wait_for_text(ts, "Http is cast")
        assert await send_forged_requests(workspace) == {"unsigned": 401, "forged": 401, "ten minutes old": 401}
    finally:
        await workspace.stop()
