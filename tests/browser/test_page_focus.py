"""Focus, scrolling and the drawer: what stays and what follows when a person acts on the page."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.browser.conftest import FILM, PracticeWorkspace, new_context
from tests.browser.test_page_messages import plain_text

pytestmark = pytest.mark.heavy


def vote_blocks(label: str, note: str = "") -> list[dict[str, Any]]:
    vote = {"type": "button", "text": plain_text(label), "action_id": "vote:1"}
    lock = {"type": "button", "text": plain_text("Lock"), "action_id": "lock"}
    notes = [{"type": "context", "elements": [plain_text(note)]}] if note else []
    return [*notes, {"type": "actions", "elements": [vote]}, {"type": "actions", "elements": [lock]}]


async def focused_action(page: Page) -> str:
    action: str = await page.evaluate("document.activeElement.dataset.action ?? document.activeElement.tagName")
    return action


@pytest.mark.parametrize("note", ["", "1 person voted"], ids=["same blocks", "another block above"])
async def test_focus_stays_on_the_vote_button_when_its_message_is_updated(
    workspace: PracticeWorkspace, chromium_page: Page, note: str
) -> None:
    ts = await workspace.post_message("Vote", vote_blocks("1"))
    await chromium_page.goto(workspace.address)
    await chromium_page.locator("[data-action='vote:1']").focus()
    await workspace.slack.chat_update(channel=FILM, ts=ts, text="Vote", blocks=vote_blocks("1 · 1", note))
    await expect(chromium_page.locator("[data-action='vote:1']")).to_have_text("1 · 1")
    assert await focused_action(chromium_page) == "vote:1"


async def test_focus_stays_on_the_message_when_its_button_is_gone(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    ts = await workspace.post_message("Vote", vote_blocks("1"))
    await chromium_page.goto(workspace.address)
    await chromium_page.locator("[data-action=lock]").focus()
    await workspace.slack.chat_update(channel=FILM, ts=ts, text="Locked", blocks=vote_blocks("1")[:1])
    await expect(chromium_page.locator("[data-action=lock]")).to_have_count(0)
    await expect(chromium_page.locator(f"article[data-ts='{ts}']")).to_be_focused()


async def test_escape_returns_to_the_button_even_if_it_was_redrawn_meanwhile(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    texts = {"title": "Lock 1?", "text": "This face stays.", "confirm": "Lock it", "deny": "Not yet"}
    confirm = {name: plain_text(text) for name, text in texts.items()}
    lock = {"type": "button", "text": plain_text("Lock"), "action_id": "lock", "confirm": confirm}
    section = {"type": "section", "text": plain_text("Which one?"), "accessory": lock}
    ts = await workspace.post_message("Lock", [{"type": "actions", "elements": [lock]}])
    await chromium_page.goto(workspace.address)
    await chromium_page.locator("[data-action=lock]").click()
    await expect(chromium_page.get_by_role("dialog")).to_be_visible()
    await workspace.slack.chat_update(channel=FILM, ts=ts, text="Lock", blocks=[section])
    await expect(chromium_page.get_by_text("Which one?")).to_be_attached()
    await chromium_page.keyboard.press("Escape")
    await expect(chromium_page.locator("[data-action=lock]")).to_be_focused()


async def test_escape_in_a_menu_returns_to_its_button(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    options = [{"text": plain_text(text), "value": text} for text in ("Close", "Drop")]
    more = {"type": "overflow", "action_id": "more", "options": options}
    ts = await workspace.post_message("More", [{"type": "actions", "elements": [more]}])
    await chromium_page.goto(workspace.address)
    message = chromium_page.locator(f"article[data-ts='{ts}']")
    for name in ("More choices", "More actions"):
        await message.hover()
        await message.get_by_role("button", name=name).click()
        await expect(message.get_by_role("menuitem").first).to_be_focused()
        await chromium_page.keyboard.press("Escape")
        await expect(message.get_by_role("button", name=name)).to_be_focused()


@pytest.mark.parametrize("in_thread", [False, True], ids=["channel", "thread"])
async def test_sending_scrolls_down_to_the_new_message(
    workspace: PracticeWorkspace, chromium_page: Page, in_thread: bool
) -> None:
    parent = await workspace.post_message("first")
    extra: dict[str, Any] = {"thread_ts": parent} if in_thread else {}
    for number in range(30):
        await workspace.post_message(f"message {number}\n\n\n", **extra)
    await chromium_page.goto(workspace.address)
    if in_thread:
        await chromium_page.get_by_role("button", name="30 replies").click()
    pane, line = (".thread", "#line-first-thread") if in_thread else (".middle", "#line-first-channel")
    await expect(chromium_page.locator(f"{pane} article", has_text="message 29")).to_be_visible()
    await chromium_page.locator(f"{pane} .scroll").hover()
    await chromium_page.mouse.wheel(0, -4_000)
    await expect(chromium_page.locator(f"{pane} article", has_text="message 29")).not_to_be_in_viewport()
    await chromium_page.locator(line).fill("here I am")
    await chromium_page.locator(line).press("Enter")
    await expect(chromium_page.locator(f"{pane} article", has_text="here I am")).to_be_in_viewport()


@pytest.mark.parametrize("way", ["a tap beside it", "Escape", "its button", "a person", "a channel", "the menu button"])
async def test_the_drawer_closes_at_390_px(workspace: PracticeWorkspace, chromium: Browser, way: str) -> None:
    context = await new_context(chromium, 390, 800)
    page = await context.new_page()
    await page.goto(workspace.address)
    await page.get_by_role("button", name="Channels and people").click()
    drawer = page.get_by_role("navigation", name="Workspace")
    await expect(drawer).to_be_visible()
    if way == "a tap beside it":
        await page.mouse.click(370, 400)
    elif way == "Escape":
        await page.keyboard.press("Escape")
    elif way == "its button":
        await drawer.get_by_role("button", name="Close").click()
    elif way == "a person":
        await drawer.locator(".person", has_text="Daniel Okafor").click()
    elif way == "a channel":
        await drawer.get_by_role("button", name="night-ferry").click()
    else:
        await page.get_by_role("button", name="Channels and people").click()
    await expect(drawer).to_be_hidden()
    await context.close()


async def test_the_link_to_a_workspace_that_the_bot_does_not_serve_is_left_out(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    link = chromium_page.get_by_role("link", name="Lantern Advertising")
    handler = AsyncSocketModeHandler(AsyncApp(client=workspace.slack), workspace.environment["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await workspace.slack.auth_test()
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_text("Castroom is running")).to_be_visible()
    await expect(link).to_have_count(0)
    async with workspace.session.get(f"{workspace.address}/control/env?team=all") as response:
        other_token = (await response.json())["SLACK_BOT_TOKEN"].split(",")[1]
    await AsyncWebClient(other_token, base_url=workspace.environment["SLACK_BASE_URL"]).auth_test()
    await chromium_page.reload()
    await expect(link).to_be_visible()
    await handler.close_async()  # type: ignore[no-untyped-call]
