"""Every text on the main screens has a contrast of at least 4.5 (WCAG 2.2, 1.4.3), by day and by night."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.browser.conftest import FILM, PracticeWorkspace, new_context

pytestmark = pytest.mark.heavy

LEAST = 4.5
# Compares each text with the backgrounds below it. Text over a picture is left out: only the page's own colours count.
MEASURE = """least => {
  const parse = text => {
    const numbers = text.match(/[\\d.]+/g).map(Number);
    const scale = text.startsWith("color(") ? 255 : 1;
    return [numbers[0] * scale, numbers[1] * scale, numbers[2] * scale, numbers[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => {
    const part = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const color = parse(style.backgroundColor);
      layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const fade = element => {
    let shown = 1;
    for (let at = element; at; at = at.parentElement) shown *= Number(getComputedStyle(at).opacity);
    return shown;
  };
  const seen = (element, box) => {
    if (box.width < 2 || box.height < 2 || getComputedStyle(element).visibility === "hidden") return false;
    for (let at = element; at; at = at.parentElement)
      if (getComputedStyle(at).clipPath !== "none" || getComputedStyle(at).opacity === "0") return false;
    return true;
  };
  const found = [];
  const check = (element, color, text) => {
    const below = ground(element);
    if (!below) return;
    const ink = parse(color);
    const top = over([ink[0], ink[1], ink[2], ink[3] * fade(element)], below);
    const [a, b] = [light(top), light(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least) found.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className}: ${text.slice(0, 40)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("script, noscript, option")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    if (!seen(element, range.getBoundingClientRect())) continue;
    count += 1;
    check(element, getComputedStyle(element).color, node.data);
  }
  for (const field of document.querySelectorAll("input, textarea, select")) {
    if (["radio", "checkbox", "file"].includes(field.type) || !seen(field, field.getBoundingClientRect())) continue;
    check(field, getComputedStyle(field).color, `value of ${field.id || field.name}`);
    if (field.placeholder) check(field, getComputedStyle(field, "::placeholder").color, field.placeholder);
  }
  return { found: [...new Set(found)], count };
}"""


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def button(label: str, action: str, **extra: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "action_id": action, **extra}


BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Maya is being cast")},
    {
        "type": "section",
        "text": mrkdwn(
            "*Bold*, _leant_, ~struck~, `code`, <@U0LENAORTIZ>, <#C0HARBOURFILM>, <https://x.example|a link>\n> quoted"
        ),
        "accessory": {
            "type": "static_select",
            "action_id": "which",
            "placeholder": plain("Which one?"),
            "options": [{"text": plain("One"), "value": "1"}],
        },
    },
    {"type": "section", "text": mrkdwn("```preformatted```"), "fields": [mrkdwn("a field"), mrkdwn("another")]},
    {"type": "context", "elements": [mrkdwn("1 person voted")]},
    {
        "type": "actions",
        "elements": [
            button("1 · 2", "vote:1"),
            button("Lock", "lock", style="primary"),
            button("Drop", "drop", style="danger"),
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": plain(text), "value": text} for text in ("Close", "Drop")],
            },
        ],
    },
    {"type": "divider"},
]
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Cast a face"),
    "submit": plain("Start"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": plain("Name"),
            "hint": plain("As in the script."),
            "optional": True,
            "element": {"type": "plain_text_input", "action_id": "v", "placeholder": plain("Maya")},
        },
        {
            "type": "input",
            "block_id": "look",
            "label": plain("Look"),
            "element": {
                "type": "radio_buttons",
                "action_id": "v",
                "options": [{"text": plain("Skin"), "description": plain("natural"), "value": "skin"}],
            },
        },
    ],
}


@pytest_asyncio.fixture(loop_scope="session", params=["light", "dark"])
async def themed_page(request: pytest.FixtureRequest, chromium: Browser) -> AsyncIterator[Page]:
    context = await new_context(chromium, color_scheme=request.param, reduced_motion="reduce")
    yield await context.new_page()
    await context.close()


async def assert_readable(page: Page, screen: str) -> None:
    measured = await page.evaluate(MEASURE, LEAST)
    assert measured["count"] > 5, screen
    assert measured["found"] == [], screen


async def fill_channel(workspace: PracticeWorkspace) -> str:
    ts = await workspace.post_message("Maya is being cast", BLOCKS)
    await workspace.slack.reactions_add(channel=FILM, timestamp=ts, name="one")
    await workspace.post_control("people/lena/react", channel=FILM, ts=ts, name="one")
    await workspace.post_control("people/lena/say", channel=FILM, text="We need Maya. `soon` <https://x.example>")
    await workspace.slack.chat_postMessage(channel=FILM, thread_ts=ts, text="a reply")
    await workspace.slack.chat_postEphemeral(channel=FILM, user="U0LENAORTIZ", text="for you", blocks=BLOCKS)
    return ts


async def test_channel_thread_panel_and_menus_are_readable(workspace: PracticeWorkspace, themed_page: Page) -> None:
    page = themed_page
    ts = await fill_channel(workspace)
    await page.goto(workspace.address)
    message = page.locator(f".middle [data-ts='{ts}']")
    await expect(message).to_be_visible()
    await assert_readable(page, "channel")
    await message.hover()
    await message.get_by_role("button", name="Add a reaction").last.click()
    await assert_readable(page, "reaction picker")
    await page.keyboard.press("Escape")
    await message.locator("[data-menu=more]").click()
    await assert_readable(page, "overflow menu")
    await page.keyboard.press("Escape")
    await message.locator("[data-action='vote:1']").click()
    await expect(page.get_by_role("status").filter(has_text="did not respond")).to_be_visible()
    await assert_readable(page, "a button without an answer")
    await message.locator(".replies").click()
    await expect(page.get_by_role("complementary", name="Thread")).to_be_visible()
    await assert_readable(page, "thread")
    await page.locator("#line-first-channel").fill("/")
    await assert_readable(page, "suggestions")
    await page.locator("#line-first-channel").fill("/vote 1")
    await page.locator("#line-first-channel").press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await assert_readable(page, "an error below the composer")
    await page.get_by_role("button", name="Models and bill").click()
    await expect(page.get_by_text("What each model does from now on")).to_be_visible()
    await assert_readable(page, "panel")


async def test_hints_home_dialogs_and_narrow_windows_are_readable(
    workspace: PracticeWorkspace, themed_page: Page
) -> None:
    page = themed_page
    await page.goto(workspace.address)
    await expect(page.get_by_text("Cast a first face")).to_be_visible()
    await assert_readable(page, "the first hint")
    await page.get_by_role("button", name="Castroom home").click()
    await assert_readable(page, "an empty Home")
    confirm = {
        name: plain(text)
        for name, text in {"title": "Lock?", "text": "It stays.", "confirm": "Lock", "deny": "No"}.items()
    }
    ts = await workspace.post_message(
        "Lock", [{"type": "actions", "elements": [button("Lock", "lock", confirm=confirm)]}]
    )
    await page.get_by_role("button", name="harbour-film").click()
    await page.locator(f"[data-ts='{ts}'] [data-action=lock]").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await assert_readable(page, "confirmation")
    await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": 390, "height": 800})
    await assert_readable(page, "channel at 390 px")
    await page.locator(".drawer-button").click()
    await assert_readable(page, "drawer at 390 px")


@pytest_asyncio.fixture(loop_scope="session")
async def form_app(workspace: PracticeWorkspace) -> AsyncIterator[None]:
    """An app that opens the form on a click, and refuses what is entered."""
    app = AsyncApp(client=workspace.slack)

    @app.action("form")
    async def open_form(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("form")
    async def refuse(ack: Any) -> None:
        await ack(response_action="errors", errors={"look": "Choose a look."})

    handler = AsyncSocketModeHandler(app, workspace.environment["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield
    await handler.close_async()  # type: ignore[no-untyped-call]


@pytest.mark.usefixtures("form_app")
async def test_a_form_and_two_people_side_by_side_are_readable(workspace: PracticeWorkspace, themed_page: Page) -> None:
    page = themed_page
    await fill_channel(workspace)
    ts = await workspace.post_message("Form", [{"type": "actions", "elements": [button("Form", "form")]}])
    await page.goto(workspace.address)
    await page.locator(f"[data-ts='{ts}'] [data-action=form]").click()
    dialog = page.get_by_role("dialog", name="Cast a face")
    await expect(dialog).to_be_visible()
    await assert_readable(page, "form")
    await dialog.get_by_text("Skin").click()
    await dialog.get_by_role("button", name="Start").click()
    await expect(dialog.get_by_text("Choose a look.")).to_be_visible()
    await assert_readable(page, "form with an error")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.set_viewport_size({"width": 1800, "height": 900})
    await page.get_by_role("button", name="Two people side by side").click()
    await expect(page.get_by_role("region", name="As Daniel Okafor")).to_be_visible()
    await assert_readable(page, "two people")
