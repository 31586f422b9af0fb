"""Modals and the home tab, through a real Bolt app."""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from playground.people import HARBOUR, LENA
from tests.contract.practice_slack.practice import Practice, until

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def modal(title: str = "Brief", **more: object) -> dict[str, Any]:
    field = {"type": "plain_text_input", "action_id": "typed", "max_length": 10}
    block = {"type": "input", "block_id": "brief", "label": text("Brief"), "element": field}
    return {"type": "modal", "title": text(title), "submit": text("Go"), "blocks": [block], **more}


async def opened(practice: Practice, app: AsyncApp, view: dict[str, Any]) -> dict[str, Any]:
    """A modal on Lena's screen, opened by a command."""

    @app.command("/cast")
    async def cast(ack: Any, command: Any, client: Any) -> None:
        await client.views_open(trigger_id=command["trigger_id"], view=view)
        await ack()

    answer = await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="")
    assert answer["ok"], answer
    views: list[dict[str, Any]] = (await practice.get("state", user="lena"))["views"]
    return views[-1]


async def test_a_modal_is_filled_in_refused_and_taken(practice: Practice) -> None:
    app, submitted = practice.bolt(), []

    @app.view("brief")
    async def submit(ack: Any, view: Any) -> None:
        submitted.append(view["state"]["values"]["brief"]["typed"]["value"])
        if submitted[-1] == "bad":
            await ack(response_action="errors", errors={"brief": "Say more."})
        else:
            await ack()

    async with practice.running(app):
        view = await opened(practice, app, modal(callback_id="brief"))
        empty = await practice.act("lena", "submit", view_id=view["id"], values={})
        long = await practice.act("lena", "submit", view_id=view["id"], values={"brief": "x" * 11})
        bad = await practice.act("lena", "submit", view_id=view["id"], values={"brief": "bad"})
        good = await practice.act("lena", "submit", view_id=view["id"], values={"brief/typed": "good"})
    assert empty["errors"] == {"brief": "Please complete this required field."}
    assert long["errors"] == {"brief": "Please enter no more than 10 characters."}
    assert (bad["ok"], bad["errors"]) == (False, {"brief": "Say more."})
    assert good["ok"]
    assert submitted == ["bad", "good"]
    assert (await practice.get("state", user="lena"))["views"] == []


async def test_a_submission_may_change_push_or_clear_the_stack(practice: Practice) -> None:
    app = practice.bolt()
    steps = iter(["update", "push", "clear"])

    @app.view("")
    async def submit(ack: Any) -> None:
        step = next(steps)
        if step == "clear":
            await ack(response_action="clear")
        else:
            await ack(response_action=step, view=modal(step))

    async def titles() -> list[str]:
        return [view["title"]["text"] for view in (await practice.get("state", user="lena"))["views"]]

    async with practice.running(app):
        first = await opened(practice, app, modal())
        await practice.act("lena", "submit", view_id=first["id"], values={"brief": "1"})
        assert await titles() == ["update"]
        await practice.act("lena", "submit", view_id=first["id"], values={"brief": "2"})
        assert await titles() == ["update", "push"]
        top = (await practice.get("state", user="lena"))["views"][-1]
        assert (top["root_view_id"], top["previous_view_id"]) == (first["id"], first["id"])
        await practice.act("lena", "submit", view_id=top["id"], values={"brief": "3"})
        assert await titles() == []


async def test_an_app_that_asked_hears_that_a_modal_was_closed(practice: Practice) -> None:
    app, closed = practice.bolt(), []

    @app.view_closed("brief")
    async def close(ack: Any, body: Any) -> None:
        await ack()
        closed.append((body["view"]["id"], body["is_cleared"]))

    async with practice.running(app):
        view = await opened(practice, app, modal(callback_id="brief", notify_on_close=True))
        assert (await practice.act("lena", "close", view_id=view["id"]))["ok"]
    assert closed == [(view["id"], False)]


async def test_what_is_chosen_in_a_modal_is_sent_at_once_and_kept(practice: Practice) -> None:
    app, actions = practice.bolt(), []
    options = [{"text": text(word), "value": word} for word in ("skin", "literal")]
    radio = {"type": "radio_buttons", "action_id": "look", "options": options}
    view = modal(blocks=[{"type": "section", "block_id": "s", "text": text("Look"), "accessory": radio}])

    @app.action("look")
    async def look(ack: Any, body: Any) -> None:
        await ack()
        actions.append(body)

    async with practice.running(app):
        shown = await opened(practice, app, view)
        await practice.act("lena", "click", view_id=shown["id"], action_id="look", value="skin")
    (body,) = actions
    assert body["container"] == {"type": "view", "view_id": shown["id"]}
    assert body["actions"][0]["selected_option"]["value"] == "skin"
    assert body["view"]["state"]["values"]["s"]["look"]["selected_option"]["value"] == "skin"
    assert "channel" not in body


async def test_a_trigger_serves_once_and_for_three_seconds(practice: Practice) -> None:
    app, triggers = practice.bolt(), []

    @app.command("/cast")
    async def cast(ack: Any, command: Any) -> None:
        await ack()
        triggers.append(command["trigger_id"])

    async with practice.running(app):
        await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="")
        await practice.set("slack/settings", trigger_seconds=0.01)
        await practice.act("lena", "command", channel=HARBOUR, command="/cast", text="")
    await practice.slack.views_open(trigger_id=triggers[0], view=modal())
    used = await practice.refusal("views.open", trigger_id=triggers[0], view=modal())
    await asyncio.sleep(0.02)
    late = await practice.refusal("views.open", trigger_id=triggers[1], view=modal())
    assert (used["error"], late["error"]) == ("exchanged_trigger_id", "expired_trigger_id")


async def test_a_view_is_updated_only_by_who_knows_its_newest_hash(practice: Practice) -> None:
    app = practice.bolt()
    async with practice.running(app):
        view = await opened(practice, app, modal(external_id="brief-1"))
    await practice.slack.views_update(external_id="brief-1", hash=view["hash"], view=modal("Two"))
    stale = await practice.refusal("views.update", view_id=view["id"], hash=view["hash"], view=modal("Three"))
    assert stale["error"] == "hash_conflict"


async def test_the_home_tab_is_opened_published_and_pressed(practice: Practice) -> None:
    app, pressed = practice.bolt(), []
    button = {"type": "button", "action_id": "recall", "text": text("Maya"), "value": "maya"}
    home = {"type": "home", "blocks": [SECTION, {"type": "actions", "elements": [button]}]}

    @app.event("app_home_opened")
    async def show(event: Any, client: Any) -> None:
        await client.views_publish(user_id=event["user"], view=home)

    @app.action("recall")
    async def recall(ack: Any, body: Any) -> None:
        await ack()
        pressed.append((body["user"]["id"], body["view"]["type"], body["actions"][0]["value"]))

    async with practice.running(app):
        await practice.act("lena", "home")
        homes: dict[str, Any] = {}
        for _ in range(100):
            homes = (await practice.get("state", user="lena"))["homes"]
            if homes:
                break
            await asyncio.sleep(0.01)
        await practice.act("lena", "click", view_id=homes[LENA]["id"], action_id="recall")
        await until(lambda: pressed)
    assert pressed == [(LENA, "home", "maya")]


async def test_views_beyond_250_kilobytes_are_refused(practice: Practice) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    refused = await practice.refusal("views.publish", user_id=LENA, view={"type": "home", "blocks": [long] * 100})
    assert refused["error"] == "view_too_large"


async def test_modals_are_stacked_three_deep_at_most(practice: Practice) -> None:
    app, errors = practice.bolt(), []
    button = {"type": "button", "action_id": "deeper", "text": text("Deeper")}
    nested = {"type": "modal", "title": text("Deep"), "blocks": [{"type": "actions", "elements": [button]}]}

    @app.action("deeper")
    async def deeper(ack: Any, body: Any, client: Any) -> None:
        try:
            await client.views_push(trigger_id=body["trigger_id"], view=nested)
        except SlackApiError as error:
            errors.append(error.response["error"])
        await ack()

    async with practice.running(app):
        await opened(practice, app, nested)
        for _ in range(3):
            top = (await practice.get("state", user="lena"))["views"][-1]
            await practice.act("lena", "click", view_id=top["id"], action_id="deeper")
    assert errors == ["push_limit_reached"]
    assert len((await practice.get("state", user="lena"))["views"]) == 3


async def test_an_app_is_asked_for_the_options_of_a_menu_while_somebody_types(practice: Practice) -> None:
    app, asked = practice.bolt(), []
    menu = {"type": "external_select", "action_id": "who", "min_query_length": 2}
    view = modal(blocks=[{"type": "input", "block_id": "character", "label": text("Character"), "element": menu}])

    @app.options("who")
    async def who(ack: Any, body: Any) -> None:
        asked.append(body)
        await ack(options=[{"text": text(f"Cast {body['value']}"), "value": body["value"]}] * (len(asked) * 100 - 99))

    async with practice.running(app):
        shown = await opened(practice, app, view)
        look = {"view_id": shown["id"], "action_id": "who", "block_id": "character"}
        short = await practice.act("lena", "suggest", **look, value="M")
        found = await practice.act("lena", "suggest", **look, value="Ma")
        many = await practice.act("lena", "suggest", **look, value="May")
    assert (short["options"], len(asked)) == ([], 2)
    assert found["options"] == [{"text": text("Cast Ma"), "value": "Ma"}]
    assert (many["ok"], many["error"], many["options"]) == (False, "invalid_options", [])
    body = asked[0]
    assert (body["type"], body["action_id"], body["block_id"]) == ("block_suggestion", "who", "character")
    assert (body["view"]["id"], body["user"]["id"], body["team"]["id"]) == (shown["id"], LENA, "T0HARBOUR")
    assert body["container"] == {"type": "view", "view_id": shown["id"]}


async def test_a_choice_brings_what_else_stands_in_the_modal_and_an_update_leaves_it_there(practice: Practice) -> None:
    app, seen = practice.bolt(), []
    options = [{"text": text(word), "value": word} for word in ("skin", "literal")]
    radio = {"type": "radio_buttons", "action_id": "look", "options": options}
    chosen = {"type": "input", "block_id": "look", "label": text("Look"), "element": radio, "dispatch_action": True}
    field = {"type": "plain_text_input", "action_id": "typed"}
    brief = {"type": "input", "block_id": "brief", "label": text("Brief"), "element": field}

    @app.action("look")
    async def look(ack: Any, body: Any, client: Any) -> None:
        await ack()
        seen.append(body["view"]["state"]["values"])
        more = {"type": "section", "text": {"type": "mrkdwn", "text": "priced"}}
        await client.views_update(view_id=body["view"]["id"], view=modal(blocks=[brief, chosen, more]))

    async with practice.running(app):
        shown = await opened(practice, app, modal(blocks=[brief, chosen]))
        await practice.act(
            "lena", "click", view_id=shown["id"], action_id="look", value="skin", values={"brief": "a pilot"}
        )
        await until(lambda: seen)
        for _ in range(100):
            (now,) = (await practice.get("state", user="lena"))["views"]
            if len(now["blocks"]) == 3:
                break
            await asyncio.sleep(0.01)
    assert seen[0]["brief"]["typed"]["value"] == "a pilot"
    assert now["blocks"][-1]["text"]["text"] == "priced"
    assert now["state"]["values"]["brief"]["typed"]["value"] == "a pilot"
    assert now["state"]["values"]["look"]["look"]["selected_option"]["value"] == "skin"
