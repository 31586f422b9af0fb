"""A real Bolt app over Socket Mode, with the practice people before it."""

import asyncio
from typing import Any

from slack_sdk.errors import SlackApiError

from playground.people import GENERAL, HARBOUR, LENA, MEI
from tests.contract.practice_slack.practice import Practice, until

BUTTON = {"type": "button", "action_id": "vote:1", "text": {"type": "plain_text", "text": "1"}, "value": "candidate-1"}
BALLOT = [{"type": "actions", "block_id": "ballot", "elements": [BUTTON]}]


async def test_a_command_is_acknowledged_privately_and_answered_by_response_url(practice: Practice) -> None:
    app, heard = practice.bolt(), []

    @app.command("/cast")
    async def cast(ack: Any, command: Any, respond: Any) -> None:
        heard.append(command)
        await ack("On it")
        await respond(text="Here she is", response_type="in_channel")

    async with practice.running(app):
        answer = await practice.act(
            "lena", "command", channel="#harbour-film", command="/cast", text=" Maya: <60> & grey "
        )
        public = await until(lambda: heard) and await _posted(practice)
    assert answer["ok"]
    assert answer["ack"] == {"text": "On it"}
    assert 0 < answer["ack_ms"] < 1000
    assert (heard[0]["text"], heard[0]["channel_name"]) == ("Maya: &lt;60&gt; &amp; grey", "harbour-film")
    private = (await practice.get("state", user="lena"))["ephemerals"]
    assert [row["text"] for row in private] == ["On it"]
    assert public["text"] == "Here she is"


async def _posted(practice: Practice) -> Any:
    for _ in range(100):
        if rows := await practice.messages():
            return rows[-1]
        await asyncio.sleep(0.01)
    raise AssertionError("nothing was posted")


async def test_the_app_can_answer_a_command_where_it_may_not_post(practice: Practice) -> None:
    app = practice.bolt()

    @app.command("/cast")
    async def cast(ack: Any, command: Any, client: Any) -> None:
        try:
            await client.chat_postMessage(channel=command["channel_id"], text="In the open")
            await ack()
        except SlackApiError as error:
            await ack(error.response["error"])

    async with practice.running(app):
        outside = await practice.act("lena", "command", channel=GENERAL, command="/cast", text="Maya")
        await practice.act("lena", "invite", channel=GENERAL)
        inside = await practice.act("lena", "command", channel=GENERAL, command="/cast", text="Maya")
    assert (outside["ack"], inside["ack"]) == ({"text": "not_in_channel"}, None)
    assert [row["text"] for row in await practice.messages(GENERAL)] == ["In the open"]


async def test_a_person_hears_from_slackbot_when_no_app_is_there(practice: Practice) -> None:
    answer = await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
    assert (answer["ok"], answer["error"], answer["ack_ms"]) == (False, "dispatch_failed", None)
    (note,) = (await practice.get("state", user="lena"))["ephemerals"]
    assert (note["user"], note["ts"]) == ("USLACKBOT", answer["ts"])
    assert note["text"] == '/cast failed with the error "dispatch_failed"'
    unknown = await practice.act("lena", "command", channel=HARBOUR, command="/dance", text="")
    assert unknown["note"] == "/dance is not a valid command."


async def test_an_app_that_acknowledges_too_late_has_not_answered(practice: Practice) -> None:
    app = practice.bolt()
    await practice.set("slack/settings", ack_seconds=0.2)

    @app.command("/cast")
    async def cast(ack: Any) -> None:
        await asyncio.sleep(0.4)
        await ack("too late")

    async with practice.running(app):
        answer = await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
        await asyncio.sleep(0.3)
        deliveries = (await practice.get("deliveries", kind="slash_commands"))["deliveries"]
    assert answer["error"] == "operation_timeout"
    assert [row["tries"] for row in deliveries] == [1]


async def test_a_click_brings_message_value_and_a_way_to_answer(practice: Practice) -> None:
    app, clicks = practice.bolt(), []
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="vote", blocks=BALLOT))["ts"]

    @app.action("vote:1")
    async def vote(ack: Any, body: Any, client: Any, respond: Any) -> None:
        await ack()
        clicks.append(body)
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="counted", blocks=BALLOT)
        await respond(text="Your vote is in", replace_original=False)

    async with practice.running(app):
        answer = await practice.act("mei", "click", channel=HARBOUR, ts=ts, action_id="vote:1")
        assert answer["ok"]
        assert answer["ack_ms"] > 0
        await _ephemeral(practice, "mei")
    (body,) = clicks
    assert body["user"]["id"] == MEI
    assert body["container"] == {"type": "message", "message_ts": ts, "channel_id": HARBOUR, "is_ephemeral": False}
    assert (body["actions"][0]["value"], body["actions"][0]["block_id"]) == ("candidate-1", "ballot")
    assert float(body["actions"][0]["action_ts"]) > float(ts)
    assert (await practice.messages())[0]["text"] == "counted"


async def _ephemeral(practice: Practice, person: str) -> Any:
    for _ in range(100):
        if rows := (await practice.get("state", user=person))["ephemerals"]:
            return rows[-1]
        await asyncio.sleep(0.01)
    raise AssertionError("nothing private was said")


async def test_a_click_on_an_ephemeral_comes_without_the_message_and_can_replace_it(practice: Practice) -> None:
    app, clicks = practice.bolt(), []
    sent = await practice.slack.chat_postEphemeral(channel=HARBOUR, user=LENA, text="sure?", blocks=BALLOT)

    @app.action("vote:1")
    async def vote(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        clicks.append(body)
        await respond(text="done", replace_original=True)

    async with practice.running(app):
        stranger = await practice.door.post(
            "/control/people/mei/click", json={"channel": HARBOUR, "ts": sent["message_ts"], "action_id": "vote:1"}
        )
        assert stranger.status_code == 404
        await practice.act("lena", "click", channel=HARBOUR, ts=sent["message_ts"], action_id="vote:1")
        await until(lambda: clicks)
        for _ in range(100):
            private = await _ephemeral(practice, "lena")
            if private["text"] == "done":
                break
            await asyncio.sleep(0.01)
    assert clicks[0]["container"]["is_ephemeral"]
    assert "message" not in clicks[0]
    assert (private["text"], private["ts"]) == ("done", sent["message_ts"])


async def test_buttons_that_are_not_there_or_not_for_this_person_cannot_be_pressed(practice: Practice) -> None:
    hers = {**BUTTON, "action_id": "lock", "visible_to_user_ids": [LENA]}
    blocks = [{"type": "actions", "elements": [hers]}]
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks))["ts"]
    for person, action in (("lena", "nothing"), ("mei", "lock")):
        body = {"channel": HARBOUR, "ts": ts, "action_id": action}
        answer = await practice.door.post(f"/control/people/{person}/click", json=body)
        assert (answer.status_code, answer.json()["error"]) == (404, "no_such_element")


async def test_a_confirm_dialog_stands_before_the_click(practice: Practice) -> None:
    words = {name: {"type": "plain_text", "text": name} for name in ("title", "text", "confirm", "deny")}
    blocks = [{"type": "actions", "elements": [{**BUTTON, "confirm": words}]}]
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks))["ts"]
    asked = await practice.act("lena", "click", channel=HARBOUR, ts=ts, action_id="vote:1", confirm=False)
    assert asked["confirm"]["title"]["text"] == "title"
    assert (await practice.get("deliveries"))["deliveries"] == []


async def test_choices_in_a_message_say_what_was_chosen(practice: Practice) -> None:
    app, chosen = practice.bolt(), []
    option = {"text": {"type": "plain_text", "text": "Two"}, "value": "2"}
    menu = {"type": "static_select", "action_id": "pick", "options": [{**option, "value": "1"}, option]}
    people = {"type": "users_select", "action_id": "who"}
    blocks = [{"type": "actions", "elements": [menu, people]}]
    ts = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks))["ts"]

    @app.action("pick")
    @app.action("who")
    async def pick(ack: Any, action: Any) -> None:
        await ack()
        chosen.append(action.get("selected_user") or action["selected_option"]["value"])

    async with practice.running(app):
        await practice.act("lena", "click", channel=HARBOUR, ts=ts, action_id="pick", value="2")
        await practice.act("lena", "click", channel=HARBOUR, ts=ts, action_id="who", value=MEI)
    assert chosen == ["2", MEI]


async def test_a_message_shortcut_brings_the_message_and_opens_a_modal(practice: Practice) -> None:
    app, heard = practice.bolt(), []
    said = await practice.act("daniel", "say", channel=HARBOUR, text="a fisherwoman, 60")

    @app.shortcut("cast_from_message")
    async def shortcut(ack: Any, body: Any) -> None:
        await ack()
        heard.append(body)

    async with practice.running(app):
        answer = await practice.act("lena", "shortcut", callback_id="cast_from_message", channel=HARBOUR, ts=said["ts"])
    assert answer["ok"]
    assert (heard[0]["type"], heard[0]["message"]["text"]) == ("message_action", "a fisherwoman, 60")
    assert heard[0]["message_ts"] == said["ts"]


async def test_a_response_url_serves_five_times(practice: Practice) -> None:
    app, heard = practice.bolt(), []

    @app.command("/cast")
    async def cast(ack: Any, command: Any) -> None:
        await ack()
        heard.append(command["response_url"])

    async with practice.running(app):
        await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
    url = heard[0]
    parent = (await practice.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    bodies = [{"text": str(n), "response_type": "in_channel", "thread_ts": parent} for n in range(6)]
    answers = [await practice.door.post(url, json=body) for body in bodies]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert answers[-1].json()["error"] == "used_url"
    state = await practice.get("state", channel=HARBOUR, thread=parent)
    assert [row["text"] for row in state["threads"][HARBOUR][parent]] == ["0", "1", "2", "3", "4"]
