"""Events to a real Bolt app: delayed, repeated, and over several sockets."""

import asyncio
from typing import Any

import pytest

from playground.seed_data import BOT, GENERAL, HARBOUR, LENA, MEI
from tests.support.practice_slack import PracticeWorkspace, wait_until


async def test_mention_and_reactions_are_delivered_once(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []

    @app.event("app_mention")
    @app.event("reaction_added")
    @app.event("reaction_removed")
    async def receive(event: Any) -> None:
        received.append(event)

    async with workspace.connected(app):
        message = await workspace.act("mei", "mention", channel=HARBOUR, text="who is Maya?")
        await workspace.act("lena", "react", channel=HARBOUR, ts=message["ts"], name="one")
        await workspace.act("lena", "react", channel=HARBOUR, ts=message["ts"], name="one", remove=True)
        await workspace.slack.reactions_add(channel=HARBOUR, timestamp=message["ts"], name="two")
        await wait_until(lambda: len(received) == 3)
        deliveries = (await workspace.get("deliveries", kind="events_api"))["deliveries"]
    mention, added, removed = received
    assert mention["text"] == f"<@{BOT}> who is Maya?"
    assert added["item"] == {"type": "message", "channel": HARBOUR, "ts": message["ts"]}
    assert (added["user"], added["item_user"], added["reaction"], removed["type"]) == (
        LENA,
        MEI,
        "one",
        "reaction_removed",
    )
    own = [row["payload"]["event"] for row in deliveries if row["payload"]["event"].get("user") == BOT]
    assert [(event["type"], event["reaction"]) for event in own] == [("reaction_added", "two")]


async def test_events_in_channels_without_the_app_are_not_delivered(workspace: PracticeWorkspace) -> None:
    message = await workspace.act("mei", "mention", channel=GENERAL, text="anybody?")
    await workspace.act("lena", "react", channel=GENERAL, ts=message["ts"], name="one")
    assert (await workspace.get("deliveries"))["deliveries"] == []


async def test_events_wait_for_the_app_and_arrive_in_order(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []

    @app.event("reaction_added")
    async def receive(event: Any) -> None:
        received.append(event["reaction"])

    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    for name in ("one", "two", "three"):
        answer = await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name=name)
        assert (answer["ok"], answer["ack_ms"]) == (True, None)
    async with workspace.connected(app):
        await wait_until(lambda: len(received) == 3)
    assert received == ["one", "two", "three"]


async def test_unacknowledged_event_is_redelivered_with_retry_headers(workspace: PracticeWorkspace) -> None:
    attempts: list[tuple[object, object]] = []
    await workspace.post("slack/settings", ack_seconds=0.1, retry_seconds=[0, 0.05, 0.05])
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]

    async def listen(_client: Any, request: Any) -> None:
        attempts.append((request.retry_attempt, request.retry_reason))

    async with workspace.connected(workspace.bolt_app()) as handler:
        handler.client.socket_mode_request_listeners = [listen]
        await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        await wait_until(lambda: len(attempts) == 4)
        await asyncio.sleep(0.2)
        (delivery,) = (await workspace.get("deliveries"))["deliveries"]
    assert attempts == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]
    assert (delivery["tries"], delivery["error"], delivery["acked_at"]) == (4, "timeout", None)


async def test_delivered_event_can_be_redelivered(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []

    @app.event("reaction_added")
    async def receive(body: Any, request: Any) -> None:
        received.append((body["event_id"], request.headers.get("x-slack-retry-num")))

    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    async with workspace.connected(app):
        await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        (delivery,) = (await workspace.get("deliveries"))["deliveries"]
        await workspace.post("slack/redeliver", id=delivery["id"])
        await wait_until(lambda: len(received) == 2)
    assert received[0][0] == received[1][0]
    assert (received[0][1], received[1][1]) == (["0"], ["3"])


async def test_envelopes_are_distributed_over_sockets(workspace: PracticeWorkspace) -> None:
    received: list[int] = []

    def app(number: int) -> Any:
        created = workspace.bolt_app()

        @created.event("reaction_added")
        async def receive() -> None:
            received.append(number)

        return created

    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    async with workspace.connected(app(1)), workspace.connected(app(2)):
        for name in ("one", "two", "three", "four"):
            await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name=name)
        await wait_until(lambda: len(received) == 4)
    assert sorted(received) == [1, 1, 2, 2]


@pytest.mark.parametrize("kind", ["warning", "refresh"])
async def test_app_reconnects_on_request_without_losing_events(workspace: PracticeWorkspace, kind: str) -> None:
    app, received = workspace.bolt_app(), []

    @app.event("reaction_added")
    async def receive(event: Any) -> None:
        received.append(event["reaction"])

    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    async with workspace.connected(app):
        assert (await workspace.post("slack/cut", kind=kind, seconds=0.1))["sockets"] == 1
        await workspace.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        await wait_until(lambda: received)
    assert received == ["one"]


async def test_abruptly_cut_socket_leaves_no_connected_app(workspace: PracticeWorkspace) -> None:
    async with workspace.connected(workspace.bolt_app()):
        assert (await workspace.get("state"))["workspaces"][0]["connected"]
        await workspace.post("slack/cut", kind="abrupt")
        answer = await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
    assert answer["error"] == "dispatch_failed"


async def test_uninstall_sends_events_and_revokes_the_token(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []

    @app.event("tokens_revoked")
    @app.event("app_uninstalled")
    async def on_uninstall(event: Any) -> None:
        received.append(event["type"])

    async with workspace.connected(app):
        await workspace.post("slack/uninstall")
        await wait_until(lambda: len(received) == 2)
        assert (await workspace.api_error("auth.test"))["error"] == "account_inactive"
        rejected = await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
        await workspace.post("slack/install")
        await workspace.slack.auth_test()
    assert rejected["error"] == "invalid_command"
    assert set(received) == {"tokens_revoked", "app_uninstalled"}
