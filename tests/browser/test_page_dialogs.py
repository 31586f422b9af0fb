"""Threads, pictures, modals and the Home: what opens beside or above the conversation."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.browser.conftest import FILM, PracticeWorkspace, new_context
from tests.browser.test_page_messages import plain_text, png_bytes

pytestmark = pytest.mark.heavy

RECAST_MODAL = {
    "type": "modal",
    "callback_id": "recast",
    "title": plain_text("Re-cast Maya"),
    "submit": plain_text("Re-cast"),
    "blocks": [
        {
            "type": "input",
            "block_id": "brief",
            "label": plain_text("Brief"),
            "element": {"type": "plain_text_input", "action_id": "words", "initial_value": "young"},
        },
        {
            "type": "input",
            "block_id": "shape",
            "optional": True,
            "label": plain_text("Shape"),
            "element": {
                "type": "static_select",
                "action_id": "aspect",
                "options": [{"text": plain_text("3:4"), "value": "3:4"}, {"text": plain_text("1:1"), "value": "1:1"}],
            },
        },
    ],
}


@pytest_asyncio.fixture(loop_scope="session")
async def submissions(workspace: PracticeWorkspace) -> AsyncIterator[list[dict[str, Any]]]:
    """A Bolt app that opens a modal on a click and refuses a brief without an age; what was entered last."""
    app = AsyncApp(client=workspace.slack)
    received: list[dict[str, Any]] = []

    @app.action("recast")
    async def open_modal(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=RECAST_MODAL)

    @app.view("recast")
    async def validate(ack: Any, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        received.append(values)
        if "60" in values["brief"]["words"]["value"]:
            await ack()
        else:
            await ack(response_action="errors", errors={"brief": "Say an age."})

    handler = AsyncSocketModeHandler(app, workspace.environment["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield received
    await handler.close_async()  # type: ignore[no-untyped-call]
    await asyncio.sleep(0)


async def open_recast_modal(workspace: PracticeWorkspace, page: Page) -> None:
    element = {"type": "button", "text": plain_text("Re-cast"), "action_id": "recast"}
    await workspace.post_message("Maya is cast.", [{"type": "actions", "elements": [element]}])
    await page.goto(workspace.address)
    await page.get_by_role("article").last.get_by_role("button", name="Re-cast").click()


async def test_modal_shows_field_errors_and_closes_when_valid(
    workspace: PracticeWorkspace, chromium_page: Page, submissions: list[dict[str, Any]]
) -> None:
    await open_recast_modal(workspace, chromium_page)
    modal = chromium_page.get_by_role("dialog", name="Re-cast Maya")
    brief = modal.get_by_label("Brief")
    await expect(brief).to_be_focused()
    await expect(brief).to_have_value("young")
    await brief.fill("")
    await modal.get_by_role("button", name="Re-cast").click()
    await expect(modal.get_by_role("alert")).to_have_text("Please complete this required field.")
    await brief.fill("a fisherwoman")
    await modal.get_by_role("button", name="Re-cast").click()
    await expect(modal.get_by_role("alert")).to_have_text("Say an age.")
    await expect(brief).to_have_attribute("aria-invalid", "true")
    await expect(brief).to_have_value("a fisherwoman")
    await brief.fill("a fisherwoman, 60")
    await modal.get_by_label("Shape").select_option("1:1")
    await modal.get_by_role("button", name="Re-cast").click()
    await expect(modal).to_have_count(0)
    assert submissions[-1]["brief"]["words"]["value"] == "a fisherwoman, 60"
    assert submissions[-1]["shape"]["aspect"]["selected_option"]["value"] == "1:1"


async def test_escape_closes_a_modal_and_returns_focus(
    workspace: PracticeWorkspace, chromium_page: Page, submissions: list[dict[str, Any]]
) -> None:
    await open_recast_modal(workspace, chromium_page)
    await expect(chromium_page.get_by_role("dialog")).to_be_visible()
    await chromium_page.keyboard.press("Escape")
    await expect(chromium_page.get_by_role("dialog")).to_have_count(0)
    await expect(chromium_page.get_by_role("button", name="Re-cast")).to_be_focused()
    assert (await workspace.get_control("state?user=lena"))["views"] == []


async def test_page_shows_that_the_app_is_running_once_connected(
    workspace: PracticeWorkspace, chromium_page: Page, submissions: list[dict[str, Any]]
) -> None:
    await chromium_page.goto(workspace.address)
    await expect(chromium_page.get_by_text("Castroom is running")).to_be_visible()


async def test_thread_opens_beside_the_message_and_takes_replies(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    ts = await workspace.post_message("Casting Maya")
    await workspace.post_message("Candidate 1", thread_ts=ts)
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="1 reply").click()
    thread = chromium_page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("article")).to_contain_text(["Casting Maya", "Candidate 1"])
    await thread.get_by_role("combobox").fill("1 for me")
    await thread.get_by_role("combobox").press("Enter")
    await expect(thread.get_by_role("article").last).to_contain_text("1 for me")
    await expect(chromium_page.get_by_role("button", name="2 replies")).to_be_visible()
    replies = (await workspace.get_control(f"state?user=mei&channel={FILM}&thread={ts}"))["threads"][FILM][ts]
    assert [reply["text"] for reply in replies] == ["Candidate 1", "1 for me"]
    await chromium_page.keyboard.press("Escape")
    await expect(thread).to_have_count(0)


async def test_command_in_a_thread_shows_an_error(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    ts = await workspace.post_message("Casting Maya")
    await workspace.post_message("Candidate 1", thread_ts=ts)
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="1 reply").click()
    composer = chromium_page.get_by_role("complementary", name="Thread").get_by_role("combobox")
    await composer.fill("/cast Maya")
    await composer.press("Enter")
    await expect(chromium_page.get_by_role("alert")).to_contain_text("does not work in threads")


async def test_viewer_steps_through_the_pictures_of_a_message(
    workspace: PracticeWorkspace, chromium_page: Page
) -> None:
    names = ("one.png", "two.png", "three.png")
    pictures = [
        (name, png_bytes(90, 120, colour)) for name, colour in zip(names, ("teal", "olive", "navy"), strict=True)
    ]
    await workspace.upload(*pictures, channel_id=FILM)
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="Enlarge: two.png").click()
    viewer = chromium_page.get_by_role("dialog")
    await expect(viewer.get_by_role("img")).to_have_attribute("alt", "two.png")
    await expect(viewer).to_contain_text("2 of 3")
    await chromium_page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_role("img")).to_have_attribute("alt", "three.png")
    await chromium_page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_role("img")).to_have_attribute("alt", "one.png")
    await chromium_page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)
    await expect(chromium_page.get_by_role("button", name="Enlarge: two.png")).to_be_focused()


async def test_home_shows_the_view_published_for_this_user(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    home = {"type": "home", "blocks": [{"type": "header", "text": plain_text("Waiting for your vote")}]}
    await workspace.slack.views_publish(user_id="U0LENAORTIZ", view=home)
    await chromium_page.goto(workspace.address)
    await chromium_page.get_by_role("button", name="Castroom home").click()
    await expect(chromium_page.get_by_role("heading", name="Waiting for your vote")).to_be_visible()
    home["blocks"] = [{"type": "header", "text": plain_text("Nothing waits")}]
    await workspace.slack.views_publish(user_id="U0LENAORTIZ", view=home)
    await expect(chromium_page.get_by_role("heading", name="Nothing waits")).to_be_visible()


async def test_two_users_view_one_channel_side_by_side(workspace: PracticeWorkspace, chromium: Browser) -> None:
    ts = await workspace.post_message("Which reads most human?")
    await workspace.slack.reactions_add(channel=FILM, timestamp=ts, name="one")
    context = await new_context(chromium, width=1760, height=900)
    page = await context.new_page()
    await page.goto(workspace.address)
    await page.get_by_role("button", name="Two people side by side").click()
    lena, daniel = page.get_by_label("As Lena Ortiz"), page.get_by_label("As Daniel Okafor")
    await daniel.locator("[data-reaction=one]").click()
    await expect(daniel.locator("[data-reaction=one]")).to_have_attribute("aria-pressed", "true")
    await expect(lena.locator("[data-reaction=one]")).to_have_text("12")
    await expect(lena.locator("[data-reaction=one]")).to_have_attribute("aria-pressed", "false")
    await context.close()


async def test_dark_and_light_mode_override_the_system(workspace: PracticeWorkspace, chromium: Browser) -> None:
    context = await new_context(chromium, color_scheme="light")
    page = await context.new_page()
    await page.goto(workspace.address)
    background_color = "getComputedStyle(document.body).backgroundColor"
    day = await page.evaluate(background_color)
    await page.get_by_role("button", name="Theme: auto").click()
    await page.get_by_role("button", name="Theme: light").click()
    night = await page.evaluate(background_color)
    await page.reload()
    assert day != night == await page.evaluate(background_color)
    await context.close()


async def test_file_chosen_in_a_modal_reaches_the_app(workspace: PracticeWorkspace, chromium_page: Page) -> None:
    app = AsyncApp(client=workspace.slack)
    received: list[dict[str, Any]] = []
    field = {"type": "file_input", "action_id": "f", "filetypes": ["png"], "max_files": 1}
    block = {"type": "input", "block_id": "file", "label": plain_text("Picture"), "element": field}
    view = {**RECAST_MODAL, "callback_id": "file", "blocks": [block]}

    @app.action("recast")
    async def open_modal(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("file")
    async def record_files(ack: Any, body: dict[str, Any]) -> None:
        received.extend(body["view"]["state"]["values"]["file"]["f"]["files"])
        await ack()

    handler = AsyncSocketModeHandler(app, workspace.environment["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await open_recast_modal(workspace, chromium_page)
        modal = chromium_page.get_by_role("dialog", name="Re-cast Maya")
        await modal.get_by_label("Picture").set_input_files(
            {"name": "ben.png", "mimeType": "image/png", "buffer": png_bytes()}
        )
        await expect(modal.get_by_role("status")).to_have_text("Attached: ben.png")
        await modal.get_by_role("button", name="Re-cast").click()
        await expect(modal).to_have_count(0)
        assert [file["name"] for file in received] == ["ben.png"]
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
