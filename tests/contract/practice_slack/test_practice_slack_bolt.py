"""A real Bolt app over Socket Mode, used by the practice people."""

import asyncio
from typing import Any

from slack_sdk.errors import SlackApiError

from playground.seed_data import GENERAL, HARBOUR, LENA, MEI
from tests.support.practice_slack import PracticeWorkspace, wait_until

BUTTON = {"type": "button", "action_id": "vote:1", "text": {"type": "plain_text", "text": "1"}, "value": "candidate-1"}
BALLOT = [{"type": "actions", "block_id": "ballot", "elements": [BUTTON]}]


async def test_command_is_acknowledged_and_answered_by_response_url(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []

    @app.command("/cast")
    async def cast(ack: Any, command: Any, respond: Any) -> None:
        received.append(command)
        await ack("On it")
        await respond(text="Here she is", response_type="in_channel")

    async with workspace.connected(app):
        answer = await workspace.act(
            "lena", "command", channel="#harbour-film", command="/cast", text=" Maya: <60> & grey "
        )
        public = await wait_until(lambda: received) and await _wait_for_message(workspace)
    assert answer["ok"]
    assert answer["ack"] == {"text": "On it"}
    assert 0 < answer["ack_ms"] < 1000
    assert (received[0]["text"], received[0]["channel_name"]) == ("Maya: &lt;60&gt; &amp; grey", "harbour-film")
    private = (await workspace.get("state", user="lena"))["ephemerals"]
    assert [row["text"] for row in private] == ["On it"]
    assert public["text"] == "Here she is"


async def _wait_for_message(workspace: PracticeWorkspace) -> Any:
    for _ in range(100):
        if rows := await workspace.messages():
            return rows[-1]
        await asyncio.sleep(0.01)
    raise AssertionError("nothing was posted")


async def test_app_answers_a_command_in_a_channel_it_cannot_post_to(workspace: PracticeWorkspace) -> None:
    app = workspace.bolt_app()

    @app.command("/cast")
    async def cast(ack: Any, command: Any, client: Any) -> None:
        try:
            await client.chat_postMessage(channel=command["channel_id"], text="In the open")
            await ack()
        except SlackApiError as error:
            await ack(error.response["error"])

    async with workspace.connected(app):
        outside = await workspace.act("lena", "command", channel=GENERAL, command="/cast", text="Maya")
        await workspace.act("lena", "invite", channel=GENERAL)
        inside = await workspace.act("lena", "command", channel=GENERAL, command="/cast", text="Maya")
    assert (outside["ack"], inside["ack"]) == ({"text": "not_in_channel"}, None)
    assert [row["text"] for row in await workspace.messages(GENERAL)] == ["In the open"]


async def test_slackbot_reports_a_command_without_an_app(workspace: PracticeWorkspace) -> None:
    answer = await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
    assert (answer["ok"], answer["error"], answer["ack_ms"]) == (False, "dispatch_failed", None)
    (note,) = (await workspace.get("state", user="lena"))["ephemerals"]
    assert (note["user"], note["ts"]) == ("USLACKBOT", answer["ts"])
    assert note["text"] == '/cast failed with the error "dispatch_failed"'
    unknown = await workspace.act("lena", "command", channel=HARBOUR, command="/dance", text="")
    assert unknown["note"] == "/dance is not a valid command."


async def test_late_acknowledgement_is_a_timeout(workspace: PracticeWorkspace) -> None:
    app = workspace.bolt_app()
    await workspace.post("slack/settings", ack_seconds=0.2)

    @app.command("/cast")
    async def cast(ack: Any) -> None:
        await asyncio.sleep(0.4)
        await ack("too late")

    async with workspace.connected(app):
        answer = await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
        await asyncio.sleep(0.3)
        deliveries = (await workspace.get("deliveries", kind="slash_commands"))["deliveries"]
    assert answer["error"] == "operation_timeout"
    assert [row["tries"] for row in deliveries] == [1]


async def test_click_payload_has_message_value_and_response_url(workspace: PracticeWorkspace) -> None:
    app, clicks = workspace.bolt_app(), []
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="vote", blocks=BALLOT))["ts"]

    @app.action("vote:1")
    async def vote(ack: Any, body: Any, client: Any, respond: Any) -> None:
        await ack()
        clicks.append(body)
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text="counted", blocks=BALLOT)
        await respond(text="Your vote is in", replace_original=False)

    async with workspace.connected(app):
        answer = await workspace.act("mei", "click", channel=HARBOUR, ts=ts, action_id="vote:1")
        assert answer["ok"]
        assert answer["ack_ms"] > 0
        await _wait_for_ephemeral(workspace, "mei")
    (body,) = clicks
    assert body["user"]["id"] == MEI
    assert body["container"] == {"type": "message", "message_ts": ts, "channel_id": HARBOUR, "is_ephemeral": False}
    assert (body["actions"][0]["value"], body["actions"][0]["block_id"]) == ("candidate-1", "ballot")
    assert float(body["actions"][0]["action_ts"]) > float(ts)
    assert (await workspace.messages())[0]["text"] == "counted"


async def _wait_for_ephemeral(workspace: PracticeWorkspace, person: str) -> Any:
    for _ in range(100):
        if rows := (await workspace.get("state", user=person))["ephemerals"]:
            return rows[-1]
        await asyncio.sleep(0.01)
    raise AssertionError("nothing private was said")


async def test_click_on_an_ephemeral_can_replace_it(workspace: PracticeWorkspace) -> None:
    app, clicks = workspace.bolt_app(), []
    sent = await workspace.slack.chat_postEphemeral(channel=HARBOUR, user=LENA, text="sure?", blocks=BALLOT)

    @app.action("vote:1")
    async def vote(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        clicks.append(body)
        await respond(text="done", replace_original=True)

    async with workspace.connected(app):
        other_user = await workspace.http.post(
            "/control/people/mei/click", json={"channel": HARBOUR, "ts": sent["message_ts"], "action_id": "vote:1"}
        )
        assert other_user.status_code == 404
        await workspace.act("lena", "click", channel=HARBOUR, ts=sent["message_ts"], action_id="vote:1")
        await wait_until(lambda: clicks)
        for _ in range(100):
            private = await _wait_for_ephemeral(workspace, "lena")
            if private["text"] == "done":
                break
            await asyncio.sleep(0.01)
    assert clicks[0]["container"]["is_ephemeral"]
    assert "message" not in clicks[0]
    assert (private["text"], private["ts"]) == ("done", sent["message_ts"])


async def test_missing_or_invisible_buttons_cannot_be_clicked(workspace: PracticeWorkspace) -> None:
    hers = {**BUTTON, "action_id": "lock", "visible_to_user_ids": [LENA]}
    blocks = [{"type": "actions", "elements": [hers]}]
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks))["ts"]
    for person, action in (("lena", "nothing"), ("mei", "lock")):
        body = {"channel": HARBOUR, "ts": ts, "action_id": action}
        answer = await workspace.http.post(f"/control/people/{person}/click", json=body)
        assert (answer.status_code, answer.json()["error"]) == (404, "no_such_element")


async def test_a_click_on_the_version_before_an_update_reaches_the_app(workspace: PracticeWorkspace) -> None:
    """Blocks without an id get a new one from each update; a page may show the version before for a moment."""
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    posted = await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks)
    ts, block_id = posted["ts"], posted["message"]["blocks"][0]["block_id"]
    updated = await workspace.slack.chat_update(channel=HARBOUR, ts=ts, text="x", blocks=blocks)
    assert updated["message"]["blocks"][0]["block_id"] != block_id
    body = {"channel": HARBOUR, "ts": ts, "action_id": BUTTON["action_id"], "block_id": block_id}
    answer = await workspace.http.post("/control/people/lena/click", json=body)
    assert answer.status_code == 200
    (delivery,) = (await workspace.http.get("/control/deliveries?kind=interactive")).json()["deliveries"]
    assert delivery["payload"]["actions"][0]["block_id"] == updated["message"]["blocks"][0]["block_id"]


async def test_confirm_dialog_precedes_the_click(workspace: PracticeWorkspace) -> None:
    confirm_texts = {name: {"type": "plain_text", "text": name} for name in ("title", "text", "confirm", "deny")}
    blocks = [{"type": "actions", "elements": [{**BUTTON, "confirm": confirm_texts}]}]
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks))["ts"]
    response = await workspace.act("lena", "click", channel=HARBOUR, ts=ts, action_id="vote:1", confirm=False)
    assert response["confirm"]["title"]["text"] == "title"
    assert (await workspace.get("deliveries"))["deliveries"] == []


async def test_menu_selection_is_in_the_payload(workspace: PracticeWorkspace) -> None:
    app, chosen = workspace.bolt_app(), []
    option = {"text": {"type": "plain_text", "text": "Two"}, "value": "2"}
    menu = {"type": "static_select", "action_id": "pick", "options": [{**option, "value": "1"}, option]}
    people = {"type": "users_select", "action_id": "who"}
    blocks = [{"type": "actions", "elements": [menu, people]}]
    ts = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x", blocks=blocks))["ts"]

    @app.action("pick")
    @app.action("who")
    async def pick(ack: Any, action: Any) -> None:
        await ack()
        chosen.append(action.get("selected_user") or action["selected_option"]["value"])

    async with workspace.connected(app):
        await workspace.act("lena", "click", channel=HARBOUR, ts=ts, action_id="pick", value="2")
        await workspace.act("lena", "click", channel=HARBOUR, ts=ts, action_id="who", value=MEI)
    assert chosen == ["2", MEI]


async def test_message_shortcut_payload_contains_the_message(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []
    message = await workspace.act("daniel", "say", channel=HARBOUR, text="a fisherwoman, 60")

    @app.shortcut("cast_from_message")
    async def shortcut(ack: Any, body: Any) -> None:
        await ack()
        received.append(body)

    async with workspace.connected(app):
        answer = await workspace.act(
            "lena", "shortcut", callback_id="cast_from_message", channel=HARBOUR, ts=message["ts"]
        )
    assert answer["ok"]
    assert (received[0]["type"], received[0]["message"]["text"]) == ("message_action", "a fisherwoman, 60")
    assert received[0]["message_ts"] == message["ts"]


async def test_response_url_works_five_times(workspace: PracticeWorkspace) -> None:
    app, received = workspace.bolt_app(), []

    @app.command("/cast")
    async def cast(ack: Any, command: Any) -> None:
        await ack()
        received.append(command["response_url"])

    async with workspace.connected(app):
        await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="Maya")
    url = received[0]
    parent = (await workspace.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"]
    bodies = [{"text": str(n), "response_type": "in_channel", "thread_ts": parent} for n in range(6)]
    answers = [await workspace.http.post(url, json=body) for body in bodies]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert answers[-1].json()["error"] == "used_url"
    state = await workspace.get("state", channel=HARBOUR, thread=parent)
    assert [row["text"] for row in state["threads"][HARBOUR][parent]] == ["0", "1", "2", "3", "4"]
