"""A real Bolt app over signed HTTP requests instead of sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from playground.seed_data import HARBOUR
from tests.support.practice_slack import PracticeWorkspace, wait_until


@asynccontextmanager
async def serve(handlers: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(handlers, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


def events_app(app: AsyncApp) -> web.Application:
    return app.web_app(path="/slack/events")


async def test_app_receives_signed_http_requests(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []
    button = {"type": "button", "action_id": "vote", "text": {"type": "plain_text", "text": "1"}}
    blocks = [{"type": "actions", "elements": [button]}]

    @app.command("/cast")
    async def cast(ack: Any, command: Any) -> None:
        await ack(f"You said {command['text']}")

    @app.action("vote")
    async def vote(ack: Any, body: Any) -> None:
        await ack()
        received.append(body["message"]["ts"])

    @app.event("reaction_added")
    async def on_reaction(event: Any) -> None:
        received.append(event["reaction"])

    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks))["ts"]
    async with serve(events_app(app)) as url:
        assert (await workspace.post("slack/http", url=url))["http"] == {"url": url}
        response = await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya: a & b")
        await workspace.act("lena", "click", channel=HARBOUR, ts=ts, action_id="vote")
        await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        await wait_until(lambda: len(received) == 2)
    assert response["ack"] == {"text": "You said Maya: a &amp; b"}
    assert received == [ts, "one"]


async def test_failing_app_gets_retries_unless_it_declines_them(workspace: PracticeWorkspace) -> None:
    attempts: list[tuple[str | None, str | None]] = []
    await workspace.post("slack/settings", retry_seconds=[0, 0.01, 0.01])
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]

    async def fail(request: web.Request) -> web.Response:
        body = await request.json()
        if "challenge" in body:
            return web.Response(text=body["challenge"])
        attempts.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        headers = {"X-Slack-No-Retry": "1"} if len(attempts) == 6 else {}
        return web.Response(status=500, headers=headers)

    failing = web.Application()
    failing.router.add_post("/slack/events", fail)
    async with serve(failing) as url:
        await workspace.post("slack/http", url=url)
        await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        await wait_until(lambda: len(attempts) == 4)
        await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name="two")
        await wait_until(lambda: len(attempts) == 6)
        await asyncio.sleep(0.1)
    retried = [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert attempts == [*retried, *retried[:2]]


async def test_unverified_or_remote_events_url_is_rejected(workspace: PracticeWorkspace) -> None:
    unverified = await workspace.http.post("/control/slack/http", json={"url": "http://127.0.0.1:9/slack/events"})
    assert (unverified.status_code, unverified.json()["error"]) == (409, "url_not_verified")
    remote = await workspace.http.post("/control/slack/http", json={"url": "http://example.com/slack/events"})
    assert (remote.status_code, remote.json()["error"]) == (400, "bad_request")
