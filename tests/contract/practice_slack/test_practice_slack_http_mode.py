"""A real Bolt app that is reached by signed HTTP requests instead of sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from playground.people import HARBOUR
from tests.contract.practice_slack.practice import Practice, until


@asynccontextmanager
async def served(handlers: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(handlers, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


def listening(app: AsyncApp) -> web.Application:
    return app.web_app(path="/slack/events")


async def test_the_same_app_hears_commands_clicks_and_events_by_signed_requests(practice: Practice) -> None:
    app, heard = practice.bolt(), []
    button = {"type": "button", "action_id": "vote", "text": {"type": "plain_text", "text": "1"}}
    blocks = [{"type": "actions", "elements": [button]}]

    @app.command("/cast")
    async def cast(ack: Any, command: Any) -> None:
        await ack(f"You said {command['text']}")

    @app.action("vote")
    async def vote(ack: Any, body: Any) -> None:
        await ack()
        heard.append(body["message"]["ts"])

    @app.event("reaction_added")
    async def reacted(event: Any) -> None:
        heard.append(event["reaction"])

    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks))["ts"]
    async with served(listening(app)) as url:
        assert (await practice.set("slack/http", url=url))["http"] == {"url": url}
        said = await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya: a & b")
        await practice.act("lena", "click", channel=HARBOUR, ts=ts, action_id="vote")
        await practice.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        await until(lambda: len(heard) == 2)
    assert said["ack"] == {"text": "You said Maya: a &amp; b"}
    assert heard == [ts, "one"]


async def test_a_failing_app_gets_an_event_again_unless_it_asks_not_to(practice: Practice) -> None:
    seen: list[tuple[str | None, str | None]] = []
    await practice.set("slack/settings", retry_seconds=[0, 0.01, 0.01])
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]

    async def fail(request: web.Request) -> web.Response:
        body = await request.json()
        if "challenge" in body:
            return web.Response(text=body["challenge"])
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        stop = {"X-Slack-No-Retry": "1"} if len(seen) == 6 else {}
        return web.Response(status=500, headers=stop)

    failing = web.Application()
    failing.router.add_post("/slack/events", fail)
    async with served(failing) as url:
        await practice.set("slack/http", url=url)
        await practice.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        await until(lambda: len(seen) == 4)
        await practice.act("lena", "react", channel=HARBOUR, ts=ts, name="two")
        await until(lambda: len(seen) == 6)
        await asyncio.sleep(0.1)
    again = [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert seen == [*again, *again[:2]]


async def test_an_address_that_does_not_answer_the_challenge_or_is_elsewhere_is_not_taken(practice: Practice) -> None:
    nobody = await practice.door.post("/control/slack/http", json={"url": "http://127.0.0.1:9/slack/events"})
    assert (nobody.status_code, nobody.json()["error"]) == (409, "url_not_verified")
    elsewhere = await practice.door.post("/control/slack/http", json={"url": "http://example.com/slack/events"})
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (400, "bad_request")
