"""Modals and the home tab, through a real Bolt app."""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from playground.seed_data import HARBOUR, LENA
from tests.support.practice_slack import PracticeWorkspace, wait_until

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}


def plain_text(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def modal(title: str = "Brief", **more: object) -> dict[str, Any]:
    field = {"type": "plain_text_input", "action_id": "typed", "max_length": 10}
    block = {"type": "input", "block_id": "brief", "label": plain_text("Brief"), "element": field}
    return {"type": "modal", "title": plain_text(title), "submit": plain_text("Go"), "blocks": [block], **more}


async def open_view(workspace: PracticeWorkspace, app: AsyncApp, view: dict[str, Any]) -> dict[str, Any]:
    """Open a modal for Lena by a command."""

    @app.command("/cast")
    async def cast(ack: Any, command: Any, client: Any) -> None:
        await client.views_open(trigger_id=command["trigger_id"], view=view)
        await ack()

    answer = await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="")
    assert answer["ok"], answer
    views: list[dict[str, Any]] = (await workspace.get("state", user="lena"))["views"]
    return views[-1]


async def test_modal_submission_is_validated_and_accepted(workspace: PracticeWorkspace) -> None:
    app, submitted = workspace.bolt_app(), []

    @app.view("brief")
    async def submit(ack: Any, view: Any) -> None:
        submitted.append(view["state"]["values"]["brief"]["typed"]["value"])
        if submitted[-1] == "bad":
            await ack(response_action="errors", errors={"brief": "Say more."})
        else:
            await ack()

    async with workspace.connected(app):
        view = await open_view(workspace, app, modal(callback_id="brief"))
        empty = await workspace.act("lena", "submit", view_id=view["id"], values={})
        long = await workspace.act("lena", "submit", view_id=view["id"], values={"brief": "x" * 11})
        bad = await workspace.act("lena", "submit", view_id=view["id"], values={"brief": "bad"})
        good = await workspace.act("lena", "submit", view_id=view["id"], values={"brief/typed": "good"})
    assert empty["errors"] == {"brief": "Please complete this required field."}
    assert long["errors"] == {"brief": "Please enter no more than 10 characters."}
    assert (bad["ok"], bad["errors"]) == (False, {"brief": "Say more."})
    assert good["ok"]
    assert submitted == ["bad", "good"]
    assert (await workspace.get("state", user="lena"))["views"] == []


async def test_submission_may_update_push_or_clear_the_stack(workspace: PracticeWorkspace) -> None:
    app = workspace.bolt_app()
    steps = iter(["update", "push", "clear"])

    @app.view("")
    async def submit(ack: Any) -> None:
        step = next(steps)
        if step == "clear":
            await ack(response_action="clear")
        else:
            await ack(response_action=step, view=modal(step))

    async def titles() -> list[str]:
        return [view["title"]["text"] for view in (await workspace.get("state", user="lena"))["views"]]

    async with workspace.connected(app):
        first = await open_view(workspace, app, modal())
        await workspace.act("lena", "submit", view_id=first["id"], values={"brief": "1"})
        assert await titles() == ["update"]
        await workspace.act("lena", "submit", view_id=first["id"], values={"brief": "2"})
        assert await titles() == ["update", "push"]
        top = (await workspace.get("state", user="lena"))["views"][-1]
        assert (top["root_view_id"], top["previous_view_id"]) == (first["id"], first["id"])
        await workspace.act("lena", "submit", view_id=top["id"], values={"brief": "3"})
        assert await titles() == []


async def test_view_closed_event_is_sent_on_request(workspace: PracticeWorkspace) -> None:
    app, closed = workspace.bolt_app(), []

    @app.view_closed("brief")
    async def close(ack: Any, body: Any) -> None:
        await ack()
        closed.append((body["view"]["id"], body["is_cleared"]))

    async with workspace.connected(app):
        view = await open_view(workspace, app, modal(callback_id="brief", notify_on_close=True))
        assert (await workspace.act("lena", "close", view_id=view["id"]))["ok"]
    assert closed == [(view["id"], False)]


async def test_modal_choice_is_sent_at_once_and_stored(workspace: PracticeWorkspace) -> None:
    app, actions = workspace.bolt_app(), []
    options = [{"text": plain_text(word), "value": word} for word in ("skin", "literal")]
    radio = {"type": "radio_buttons", "action_id": "look", "options": options}
    view = modal(blocks=[{"type": "section", "block_id": "s", "text": plain_text("Look"), "accessory": radio}])

    @app.action("look")
    async def look(ack: Any, body: Any) -> None:
        await ack()
        actions.append(body)

    async with workspace.connected(app):
        shown = await open_view(workspace, app, view)
        await workspace.act("lena", "click", view_id=shown["id"], action_id="look", value="skin")
    (body,) = actions
    assert body["container"] == {"type": "view", "view_id": shown["id"]}
    assert body["actions"][0]["selected_option"]["value"] == "skin"
    assert body["view"]["state"]["values"]["s"]["look"]["selected_option"]["value"] == "skin"
    assert "channel" not in body


async def test_trigger_works_once_and_expires(workspace: PracticeWorkspace) -> None:
    app, triggers = workspace.bolt_app(), []

    @app.command("/cast")
    async def cast(ack: Any, command: Any) -> None:
        await ack()
        triggers.append(command["trigger_id"])

    async with workspace.connected(app):
        await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="")
        await workspace.post("slack/settings", trigger_seconds=0.01)
        await workspace.act("lena", "command", channel=HARBOUR, command="/cast", text="")
    await workspace.slack.views_open(trigger_id=triggers[0], view=modal())
    used = await workspace.api_error("views.open", trigger_id=triggers[0], view=modal())
    await asyncio.sleep(0.02)
    late = await workspace.api_error("views.open", trigger_id=triggers[1], view=modal())
    assert (used["error"], late["error"]) == ("exchanged_trigger_id", "expired_trigger_id")


async def test_view_update_needs_the_newest_hash(workspace: PracticeWorkspace) -> None:
    app = workspace.bolt_app()
    async with workspace.connected(app):
        view = await open_view(workspace, app, modal(external_id="brief-1"))
    await workspace.slack.views_update(external_id="brief-1", hash=view["hash"], view=modal("Two"))
    stale = await workspace.api_error("views.update", view_id=view["id"], hash=view["hash"], view=modal("Three"))
    assert stale["error"] == "hash_conflict"


async def test_home_tab_can_be_published_and_clicked(workspace: PracticeWorkspace) -> None:
    app, pressed = workspace.bolt_app(), []
    button = {"type": "button", "action_id": "recall", "text": plain_text("Maya"), "value": "maya"}
    home = {"type": "home", "blocks": [SECTION, {"type": "actions", "elements": [button]}]}

    @app.event("app_home_opened")
    async def show(event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=home)

    @app.action("recall")
    async def recall(ack: Any, body: Any) -> None:
        await ack()
        pressed.append((body["user"]["id"], body["view"]["type"], body["actions"][0]["value"]))

    async with workspace.connected(app):
        await workspace.act("lena", "home")
        homes: dict[str, Any] = {}
        for _ in range(100):
            homes = (await workspace.get("state", user="lena"))["homes"]
            if homes:
                break
            await asyncio.sleep(0.01)
        await workspace.act("lena", "click", view_id=homes[LENA]["id"], action_id="recall")
        await wait_until(lambda: pressed)
    assert pressed == [(LENA, "home", "maya")]


async def test_views_beyond_250_kilobytes_are_refused(workspace: PracticeWorkspace) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    refused = await workspace.api_error("views.publish", user_id=LENA, view={"type": "home", "blocks": [long] * 100})
    assert refused["error"] == "view_too_large"


async def test_modal_stack_has_at_most_three_views(workspace: PracticeWorkspace) -> None:
    app, errors = workspace.bolt_app(), []
    button = {"type": "button", "action_id": "deeper", "text": plain_text("Deeper")}
    nested = {"type": "modal", "title": plain_text("Deep"), "blocks": [{"type": "actions", "elements": [button]}]}

    @app.action("deeper")
    async def deeper(ack: Any, body: Any, client: Any) -> None:
        try:
            await client.views_push(trigger_id=body["trigger_id"], view=nested)
        except SlackApiError as error:
            errors.append(error.response["error"])
        await ack()

    async with workspace.connected(app):
        await open_view(workspace, app, nested)
        for _ in range(3):
            top = (await workspace.get("state", user="lena"))["views"][-1]
            await workspace.act("lena", "click", view_id=top["id"], action_id="deeper")
    assert errors == ["push_limit_reached"]
    assert len((await workspace.get("state", user="lena"))["views"]) == 3


async def test_external_select_requests_options_while_typing(workspace: PracticeWorkspace) -> None:
    app, requests = workspace.bolt_app(), []
    menu = {"type": "external_select", "action_id": "who", "min_query_length": 2}
    view = modal(blocks=[{"type": "input", "block_id": "character", "label": plain_text("Character"), "element": menu}])

    @app.options("who")
    async def who(ack: Any, body: Any) -> None:
        requests.append(body)
        await ack(
            options=[{"text": plain_text(f"Cast {body['value']}"), "value": body["value"]}] * (len(requests) * 100 - 99)
        )

    async with workspace.connected(app):
        shown = await open_view(workspace, app, view)
        target = {"view_id": shown["id"], "action_id": "who", "block_id": "character"}
        short = await workspace.act("lena", "suggest", **target, value="M")
        found = await workspace.act("lena", "suggest", **target, value="Ma")
        many = await workspace.act("lena", "suggest", **target, value="May")
    assert (short["options"], len(requests)) == ([], 2)
    assert found["options"] == [{"text": plain_text("Cast Ma"), "value": "Ma"}]
    assert (many["ok"], many["error"], many["options"]) == (False, "invalid_options", [])
    body = requests[0]
    assert (body["type"], body["action_id"], body["block_id"]) == ("block_suggestion", "who", "character")
    assert (body["view"]["id"], body["user"]["id"], body["team"]["id"]) == (shown["id"], LENA, "T0HARBOUR")
    assert body["container"] == {"type": "view", "view_id": shown["id"]}


async def test_choice_payload_has_all_values_and_updates_keep_them(workspace: PracticeWorkspace) -> None:
    app, payload_values = workspace.bolt_app(), []
    options = [{"text": plain_text(word), "value": word} for word in ("skin", "literal")]
    radio = {"type": "radio_buttons", "action_id": "look", "options": options}
    chosen = {
        "type": "input",
        "block_id": "look",
        "label": plain_text("Look"),
        "element": radio,
        "dispatch_action": True,
    }
    field = {"type": "plain_text_input", "action_id": "typed"}
    brief = {"type": "input", "block_id": "brief", "label": plain_text("Brief"), "element": field}

    @app.action("look")
    async def look(ack: Any, body: Any, client: Any) -> None:
        await ack()
        payload_values.append(body["view"]["state"]["values"])
        more = {"type": "section", "text": {"type": "mrkdwn", "text": "priced"}}
        await client.views_update(view_id=body["view"]["id"], view=modal(blocks=[brief, chosen, more]))

    async with workspace.connected(app):
        shown = await open_view(workspace, app, modal(blocks=[brief, chosen]))
        await workspace.act(
            "lena", "click", view_id=shown["id"], action_id="look", value="skin", values={"brief": "a pilot"}
        )
        await wait_until(lambda: payload_values)
        for _ in range(100):
            (now,) = (await workspace.get("state", user="lena"))["views"]
            if len(now["blocks"]) == 3:
                break
            await asyncio.sleep(0.01)
    assert payload_values[0]["brief"]["typed"]["value"] == "a pilot"
    assert now["blocks"][-1]["text"]["text"] == "priced"
    assert now["state"]["values"]["brief"]["typed"]["value"] == "a pilot"
    assert now["state"]["values"]["look"]["look"]["selected_option"]["value"] == "skin"
