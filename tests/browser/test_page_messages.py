"""What the page shows of a conversation."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.browser.conftest import FILM, PracticeWorkspace, new_context

pytestmark = pytest.mark.heavy


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def plain_text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def png_bytes(width: int = 90, height: int = 120, colour: str = "teal") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, "PNG")
    return target.getvalue()


async def test_message_shows_every_block_of_a_round(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    [sheet] = await workspace.upload(("sheet.png", png_bytes()))
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain_text("Casting Maya")},
        {"type": "section", "text": mrkdwn("> weathered *fisherwoman*"), "fields": [mrkdwn("*Price*\n$0.15")]},
        {"type": "image", "slack_file": {"id": sheet}, "alt_text": "Four candidates", "title": plain_text("The sheet")},
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("asked by <@U0LENAORTIZ> in <#C0NIGHTFERRY>")]},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": plain_text("Lock"), "action_id": "lock", "style": "primary"}],
        },
    ]
    await workspace.post_message("Casting Maya", blocks)
    await chromium_page.goto(workspace.address)
    message = chromium_page.get_by_role("article").last
    await expect(message.get_by_role("heading", name="Casting Maya")).to_be_visible()
    await expect(message.locator("blockquote b")).to_have_text("fisherwoman")
    await expect(message.locator(".fields")).to_contain_text("$0.15")
    await expect(message.get_by_role("img", name="Four candidates")).to_have_js_property("naturalWidth", 90)
    await expect(message.locator("figcaption")).to_have_text("The sheet")
    await expect(message.locator(".context")).to_have_text("asked by @Lena Ortiz in #night-ferry")
    await expect(message.get_by_role("button", name="Lock")).to_have_class("button primary")
    await expect(message.locator(".badge")).to_have_text("APP")


async def test_message_shows_cards_tables_and_rich_text(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    [face] = await workspace.upload(("face.png", png_bytes()))
    hero = {"type": "image", "slack_file": {"id": face}, "alt_text": "A face"}
    vote = {"type": "button", "text": plain_text("Vote"), "action_id": "vote"}
    cards = [
        {"type": "card", "hero_image": hero, "title": plain_text(f"Candidate {n}"), "actions": [vote]} for n in (1, 2)
    ]
    row = [{"type": "raw_text", "text": "Recraft"}, {"type": "raw_text", "text": "3"}]
    rich_text = [{"type": "text", "text": "calm", "style": {"italic": True}}, {"type": "emoji", "name": "one"}]
    blocks: list[dict[str, Any]] = [
        {"type": "carousel", "elements": cards},
        {"type": "table", "rows": [row, row]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich_text}]},
        {"type": "markdown", "text": "## Facts\n- **one**\n- two"},
    ]
    await workspace.post_message("kinds", blocks)
    await chromium_page.goto(workspace.address)
    message = chromium_page.get_by_role("article").last
    await expect(message.locator(".card")).to_have_count(2)
    await expect(message.locator(".card").last.get_by_role("img", name="A face")).to_be_visible()
    await expect(message.get_by_role("columnheader")).to_have_text(["Recraft", "3"])
    await expect(message.locator(".rich i")).to_have_text("calm")
    await expect(message.get_by_role("img", name="one")).to_have_text("1")
    await expect(message.locator(".rich li")).to_have_text(["one", "two"])


async def test_user_text_is_never_rendered_as_html(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    html_text = "<img src=x onerror=alert(1)><b>bold</b> javascript:alert(1)"
    await workspace.post_control("people/mei/say", channel=FILM, text=html_text)
    await workspace.post_message("<javascript:alert(1)|press me> &lt;script&gt;")
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_text(html_text)).to_be_visible()
    await expect(chromium_page.get_by_text("press me <script>")).to_be_visible()
    assert await chromium_page.locator(".message img, .message a, .message b:not(.name)").count() == 0


async def test_times_are_shown_in_the_time_zone_of_the_viewer(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    await workspace.post_message("closes <!date^1764000000^{date_num} {time}|some day>")
    await chromium_page.goto(workspace.address)
    closes = chromium_page.locator(".message time").last
    await expect(closes).to_have_text("2025-11-24 17:00")
    await chromium_page.get_by_role("radio", name="Mei Tanaka").check(force=True)
    await expect(closes).to_have_text("2025-11-25 01:00")


async def test_new_message_appears_and_keeps_the_typed_text(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    composer = chromium_page.get_by_role("combobox")
    await composer.press_sequentially("half a th")
    ts = await workspace.post_message("Drawing, 0 of 4")
    await expect(chromium_page.get_by_text("Drawing, 0 of 4")).to_be_visible()
    await workspace.slack.chat_update(channel=FILM, ts=ts, text="Drawing, 3 of 4")
    await expect(chromium_page.get_by_text("Drawing, 3 of 4")).to_be_visible()
    await composer.press_sequentially("ought")
    await expect(composer).to_have_value("half a thought")
    await expect(composer).to_be_focused()


async def test_ephemeral_message_is_shown_to_its_recipient_only(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    await workspace.slack.chat_postEphemeral(channel=FILM, user="U0LENAORTIZ", text="Only the lead may lock.")
    await chromium_page.goto(workspace.address)
    ephemeral = chromium_page.get_by_role("article").filter(has_text="Only the lead may lock.")
    await expect(ephemeral.get_by_text("Only visible to you")).to_be_visible()
    await chromium_page.get_by_role("radio", name="Daniel Okafor").check(force=True)
    await expect(chromium_page.get_by_text("Cast a first face")).to_be_visible()
    await expect(ephemeral).to_have_count(0)


async def test_long_channel_shows_the_newest_page_and_loads_older_on_request(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    for number in range(75):
        await workspace.post_control("people/mei/say", channel=FILM, text=f"note {number}")
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_text("note 74", exact=True)).to_be_in_viewport()
    await expect(chromium_page.get_by_role("article")).to_have_count(60)
    await chromium_page.get_by_role("button", name="Show older messages").click()
    await expect(chromium_page.get_by_role("article")).to_have_count(75)
    await expect(chromium_page.get_by_text("note 0", exact=True)).to_be_attached()


async def test_update_of_an_unloaded_message_adds_nothing_to_the_page(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    ts = await workspace.post_message("long ago")
    for number in range(65):
        await workspace.post_control("people/mei/say", channel=FILM, text=f"note {number}")
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_role("article")).to_have_count(60)
    await workspace.slack.chat_update(channel=FILM, ts=ts, text="long ago, edited")
    await workspace.post_message("newest")
    await expect(chromium_page.get_by_role("article").last).to_contain_text("newest")
    await expect(chromium_page.get_by_text("long ago, edited")).to_have_count(0)


async def test_messages_sent_while_disconnected_appear_after_reconnect(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    connections: list[WebSocketRoute] = []

    def proxy(route: WebSocketRoute) -> None:
        connections.append(route)
        route.connect_to_server()

    await chromium_page.route_web_socket("**/control/live*", proxy)
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_text("Cast a first face")).to_be_visible()
    await connections[0].close()
    await expect(chromium_page.get_by_text("Not connected")).to_be_visible()
    await workspace.post_message("said meanwhile")
    await expect(chromium_page.get_by_text("said meanwhile")).to_be_visible()
    await expect(chromium_page.get_by_text("Not connected")).to_have_count(0)


async def test_private_channel_is_listed_for_its_members_only(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    await chromium_page.goto(workspace.address)
    channels = chromium_page.get_by_role("list", name="Channels")
    await expect(channels.get_by_role("button", name="quiet-campaign")).to_be_visible()
    await chromium_page.get_by_role("radio", name="Mei Tanaka").check(force=True)
    await expect(channels.get_by_role("button")).to_have_text(["#general", "#harbour-film", "#night-ferry"])


async def test_channel_is_marked_unread_until_it_is_opened(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    await chromium_page.goto(workspace.address)
    ferry = chromium_page.get_by_role("button", name="night-ferry")
    await expect(ferry).to_have_class("conversation")
    await workspace.post_control("people/mei/say", channel="#night-ferry", text="A word over here")
    await expect(ferry).to_have_class("conversation unread")
    await ferry.click()
    await expect(chromium_page.get_by_text("A word over here")).to_be_visible()
    await chromium_page.get_by_role("button", name="harbour-film").click()
    await expect(ferry).to_have_class("conversation")


async def test_permalink_opens_the_message_on_this_page(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    ts = await workspace.post_message("Casting Maya")
    link = (await workspace.slack.chat_getPermalink(channel=FILM, message_ts=ts))["permalink"]
    await workspace.post_control("people/mei/say", channel="#night-ferry", text="elsewhere")
    await workspace.slack.chat_postMessage(channel="C0NIGHTFERRY", text=f"see <{link}|voting record>")
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="night-ferry").click()
    await chromium_page.get_by_role("link", name="voting record").click()
    await expect(chromium_page.get_by_role("article").filter(has_text="Casting Maya")).to_be_focused()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(390, "light"), (390, "dark"), (1280, "dark"), (1760, "light")],
)
async def test_page_never_scrolls_sideways(
    workspace: PracticeWorkspace, chromium: Browser, width: int, scheme: Any
) -> None:
    [sheet] = await workspace.upload(("sheet.png", png_bytes(1600, 2140)))
    image = {"type": "image", "slack_file": {"id": sheet}, "alt_text": "Four candidates"}
    await workspace.post_message("Casting", [image, {"type": "section", "text": mrkdwn("word" * 80)}])
    context = await new_context(chromium, width=width, height=800, color_scheme=scheme)
    page = await context.new_page()
    await page.goto(workspace.address)
    await expect(page.get_by_role("img", name="Four candidates")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    message_list = page.locator(".scroll").first
    assert await message_list.evaluate("node => node.scrollWidth <= node.clientWidth")
    await context.close()
