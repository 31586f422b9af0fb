"""Events on their way to a real Bolt app: waiting, repeated, spread over sockets that come and go."""

import asyncio
from typing import Any

import pytest

from playground.people import BOT, GENERAL, HARBOUR, LENA, MEI
from tests.contract.practice_slack.practice import Practice, until


async def test_a_mention_and_a_reaction_are_heard_once_each(practice: Practice) -> None:
    app, heard = practice.bolt(), []

    @app.event("app_mention")
    @app.event("reaction_added")
    @app.event("reaction_removed")
    async def hear(event: Any) -> None:
        heard.append(event)

    async with practice.running(app):
        said = await practice.act("mei", "mention", channel=HARBOUR, text="who is Maya?")
        await practice.act("lena", "react", channel=HARBOUR, ts=said["ts"], name="one")
        await practice.act("lena", "react", channel=HARBOUR, ts=said["ts"], name="one", remove=True)
        await practice.slack.reactions_add(channel=HARBOUR, timestamp=said["ts"], name="two")
        await until(lambda: len(heard) == 3)
        deliveries = (await practice.get("deliveries", kind="events_api"))["deliveries"]
    mention, added, removed = heard
    assert mention["text"] == f"<@{BOT}> who is Maya?"
    assert added["item"] == {"type": "message", "channel": HARBOUR, "ts": said["ts"]}
    assert (added["user"], added["item_user"], added["reaction"], removed["type"]) == (
        LENA,
        MEI,
        "one",
        "reaction_removed",
    )
    own = [row["payload"]["event"] for row in deliveries if row["payload"]["event"].get("user") == BOT]
    assert [(event["type"], event["reaction"]) for event in own] == [("reaction_added", "two")]


async def test_what_happens_where_the_app_is_not_stays_there(practice: Practice) -> None:
    said = await practice.act("mei", "mention", channel=GENERAL, text="anybody?")
    await practice.act("lena", "react", channel=GENERAL, ts=said["ts"], name="one")
    assert (await practice.get("deliveries"))["deliveries"] == []


async def test_events_wait_for_the_app_and_arrive_in_order(practice: Practice) -> None:
    app, heard = practice.bolt(), []

    @app.event("reaction_added")
    async def hear(event: Any) -> None:
        heard.append(event["reaction"])

    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    for name in ("one", "two", "three"):
        answer = await practice.act("lena", "react", channel=HARBOUR, ts=ts, name=name)
        assert (answer["ok"], answer["ack_ms"]) == (True, None)
    async with practice.running(app):
        await until(lambda: len(heard) == 3)
    assert heard == ["one", "two", "three"]


async def test_an_event_without_an_ack_comes_again_and_says_so(practice: Practice) -> None:
    tries: list[tuple[object, object]] = []
    await practice.set("slack/settings", ack_seconds=0.1, retry_seconds=[0, 0.05, 0.05])
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]

    async def listen(_client: Any, request: Any) -> None:
        tries.append((request.retry_attempt, request.retry_reason))

    async with practice.running(practice.bolt()) as handler:
        handler.client.socket_mode_request_listeners = [listen]
        await practice.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        await until(lambda: len(tries) == 4)
        await asyncio.sleep(0.2)
        (delivery,) = (await practice.get("deliveries"))["deliveries"]
    assert tries == [(0, ""), (1, "timeout"), (2, "timeout"), (3, "timeout")]
    assert (delivery["tries"], delivery["error"], delivery["acked_at"]) == (4, "timeout", None)


async def test_an_event_can_be_sent_again_although_it_arrived(practice: Practice) -> None:
    app, heard = practice.bolt(), []

    @app.event("reaction_added")
    async def hear(body: Any, request: Any) -> None:
        heard.append((body["event_id"], request.headers.get("x-slack-retry-num")))

    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    async with practice.running(app):
        await practice.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        (delivery,) = (await practice.get("deliveries"))["deliveries"]
        await practice.set("slack/redeliver", id=delivery["id"])
        await until(lambda: len(heard) == 2)
    assert heard[0][0] == heard[1][0]
    assert (heard[0][1], heard[1][1]) == (["0"], ["3"])


async def test_envelopes_are_spread_over_the_apps_sockets(practice: Practice) -> None:
    heard: list[int] = []

    def app(number: int) -> Any:
        made = practice.bolt()

        @made.event("reaction_added")
        async def hear() -> None:
            heard.append(number)

        return made

    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    async with practice.running(app(1)), practice.running(app(2)):
        for name in ("one", "two", "three", "four"):
            await practice.act("lena", "react", channel=HARBOUR, ts=ts, name=name)
        await until(lambda: len(heard) == 4)
    assert sorted(heard) == [1, 1, 2, 2]


@pytest.mark.parametrize("kind", ["warning", "refresh"])
async def test_an_app_told_to_reconnect_does_so_and_misses_nothing(practice: Practice, kind: str) -> None:
    app, heard = practice.bolt(), []

    @app.event("reaction_added")
    async def hear(event: Any) -> None:
        heard.append(event["reaction"])

    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    async with practice.running(app):
        assert (await practice.set("slack/cut", kind=kind, seconds=0.1))["sockets"] == 1
        await practice.act("lena", "react", channel=HARBOUR, ts=ts, name="one")
        await until(lambda: heard)
    assert heard == ["one"]


async def test_a_line_cut_without_a_word_leaves_no_app_until_it_comes_back(practice: Practice) -> None:
    async with practice.running(practice.bolt()):
        assert (await practice.get("state"))["workspaces"][0]["connected"]
        await practice.set("slack/cut", kind="abrupt")
        answer = await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
    assert answer["error"] == "dispatch_failed"


async def test_an_app_hears_of_its_end_and_its_token_dies(practice: Practice) -> None:
    app, heard = practice.bolt(), []

    @app.event("tokens_revoked")
    @app.event("app_uninstalled")
    async def goodbye(event: Any) -> None:
        heard.append(event["type"])

    async with practice.running(app):
        await practice.set("slack/uninstall")
        await until(lambda: len(heard) == 2)
        assert (await practice.refusal("auth.test"))["error"] == "account_inactive"
        gone = await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
        await practice.set("slack/install")
        await practice.slack.auth_test()
    assert gone["error"] == "invalid_command"
    assert set(heard) == {"tokens_revoked", "app_uninstalled"}
