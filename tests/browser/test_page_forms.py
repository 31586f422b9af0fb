"""Forms on the page: suggestions while one types, prices that follow a choice, and the menu of a message."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.browser.conftest import PracticeWorkspace
from tests.browser.test_page_messages import plain_text


def form(info_text: str) -> dict[str, Any]:
    """A menu that asks, a field for words, a choice that tells, and what it came to."""
    menu = {"type": "external_select", "action_id": "who", "min_query_length": 0}
    radio = {
        "type": "radio_buttons",
        "action_id": "size",
        "options": [{"text": plain_text("Draft"), "value": "draft"}, {"text": plain_text("4K"), "value": "4k"}],
    }
    text_input = {"type": "plain_text_input", "action_id": "words"}
    blocks: list[dict[str, Any]] = [
        {"type": "input", "block_id": "name", "label": plain_text("Character"), "element": menu},
        {"type": "input", "block_id": "brief", "label": plain_text("Brief"), "element": text_input},
        {
            "type": "input",
            "block_id": "the size",
            "label": plain_text("Size"),
            "element": radio,
            "dispatch_action": True,
        },
        {"type": "section", "block_id": "told", "text": plain_text(info_text)},
    ]
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain_text("Cast a face"),
        "submit": plain_text("Cast"),
        "blocks": blocks,
    }


@pytest_asyncio.fixture(loop_scope="session")
async def submitted_values(workspace: PracticeWorkspace) -> AsyncIterator[list[dict[str, Any]]]:
    """A Bolt app whose shortcut opens the form; the values it was sent, last."""
    app = AsyncApp(client=workspace.slack)
    received: list[dict[str, Any]] = []

    @app.shortcut("cast_message")
    async def open_form(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form(f"From: {body['message']['text']}"))

    @app.options("who")
    async def suggest(ack: Any, body: dict[str, Any]) -> None:
        names = [name for name in ("Maya", "Mara") if name.startswith(body["value"])]
        await ack(options=[{"text": plain_text(f"{name} · already cast"), "value": name} for name in names])

    @app.action("size")
    async def update_price(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        brief = body["view"]["state"]["values"]["brief"]["words"]["value"]
        await client.views_update(view_id=body["view"]["id"], view=form(f"Priced with {brief}"))

    @app.view("form")
    async def submit(ack: Any, view: dict[str, Any]) -> None:
        received.append(view["state"]["values"])
        if len(received) == 1:
            await ack(response_action="errors", errors={"brief": "Say an age."})
        else:
            await ack()

    handler = AsyncSocketModeHandler(app, workspace.environment["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield received
    await handler.close_async()  # type: ignore[no-untyped-call]
    await asyncio.sleep(0)


async def test_form_from_message_menu_suggests_reprices_and_submits(
    workspace: PracticeWorkspace, chromium_page: Page, submitted_values: list[dict[str, Any]]
) -> None:
    await workspace.post_message("a harbour master")
    await chromium_page.goto(workspace.address)
    message = chromium_page.get_by_role("article").last
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await expect(chromium_page.get_by_role("menuitem")).to_be_focused()
    await chromium_page.get_by_role("menuitem", name="Cast from this message").click()
    modal = chromium_page.get_by_role("dialog", name="Cast a face")
    await expect(modal).to_contain_text("From: a harbour master")
    who = modal.get_by_role("combobox", name="Character")
    await who.fill("Ma")
    await expect(modal.get_by_role("option")).to_have_text(["Maya · already cast", "Mara · already cast"])
    await who.press("ArrowDown")
    await who.press("Enter")
    await expect(who).to_have_value("Mara · already cast")
    await expect(modal.get_by_role("listbox")).to_have_count(0)
    await modal.get_by_label("Brief").fill("a pilot")
    await modal.get_by_role("radiogroup", name="Size").get_by_label("4K").check()
    await expect(modal).to_contain_text("Priced with a pilot")
    await expect(modal.get_by_label("Brief")).to_have_value("a pilot")
    await expect(modal.get_by_label("4K")).to_be_checked()
    await modal.get_by_role("button", name="Cast", exact=True).click()
    await expect(modal.get_by_role("alert")).to_have_text("Say an age.")
    await modal.get_by_label("Brief").fill("a pilot, 60")
    await expect(modal.get_by_role("alert")).to_have_count(0)
    await modal.get_by_role("button", name="Cast", exact=True).click()
    await expect(modal).to_have_count(0)
    values = submitted_values[-1]
    assert values["name"]["who"]["selected_option"]["value"] == "Mara"
    assert values["brief"]["words"]["value"] == "a pilot, 60"
    assert values["the size"]["size"]["selected_option"]["value"] == "4k"


async def test_text_typed_without_choosing_an_option_is_cleared(
    workspace: PracticeWorkspace, chromium_page: Page, submitted_values: list[dict[str, Any]]
) -> None:
    await workspace.post_message("a harbour master")
    await chromium_page.goto(workspace.address)
    message = chromium_page.get_by_role("article").last
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await chromium_page.get_by_role("menuitem").press("Enter")
    modal = chromium_page.get_by_role("dialog", name="Cast a face")
    who = modal.get_by_role("combobox", name="Character")
    await who.fill("Zoe")
    await expect(modal).to_contain_text("Nobody found")
    await modal.get_by_label("Brief").fill("a pilot")
    await expect(who).to_have_value("")
