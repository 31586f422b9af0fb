"""Elements that offer a choice: what is chosen reaches the app."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from tests.browser.conftest import PracticeWorkspace
from tests.browser.test_page_messages import plain_text
from tests.support.time_factor import scaled

pytestmark = pytest.mark.heavy


@pytest_asyncio.fixture(loop_scope="session")
async def received_actions(workspace: PracticeWorkspace) -> AsyncIterator[list[dict[str, Any]]]:
    """The actions that reached a Bolt app."""
    app = AsyncApp(client=workspace.slack)
    actions: list[dict[str, Any]] = []

    @app.action(re.compile(".+"))
    async def record_action(ack: Any, action: dict[str, Any]) -> None:
        actions.append(action)
        await ack()

    handler = AsyncSocketModeHandler(app, workspace.environment["SLACK_APP_TOKEN"])
    await handler.connect_async()  # type: ignore[no-untyped-call]
    yield actions
    await handler.close_async()  # type: ignore[no-untyped-call]


def options(*values: str) -> list[dict[str, Any]]:
    return [{"text": plain_text(f"Choice {value}"), "value": value} for value in values]


async def wait_for_actions(actions: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The first `count` actions, as soon as they came."""
    async with asyncio.timeout(scaled(5)):
        while len(actions) < count:
            await asyncio.sleep(0.02)
    return actions


async def open_page_with_element(workspace: PracticeWorkspace, page: Page, element: dict[str, Any]) -> None:
    await workspace.post_message("Choose", [{"type": "actions", "elements": [{"action_id": "choice", **element}]}])
    await page.goto(workspace.address)


async def test_button_sends_its_value_to_the_app(
    workspace: PracticeWorkspace, chromium_page: Page, received_actions: list[dict[str, Any]]
) -> None:
    await open_page_with_element(
        workspace, chromium_page, {"type": "button", "text": plain_text("Vote"), "value": "one"}
    )
    vote = chromium_page.get_by_role("button", name="Vote")
    await vote.click()
    await expect(vote).not_to_have_attribute("aria-busy", "true")
    assert [action["value"] for action in await wait_for_actions(received_actions, 1)] == ["one"]


async def test_overflow_menu_works_with_arrow_keys(
    workspace: PracticeWorkspace, chromium_page: Page, received_actions: list[dict[str, Any]]
) -> None:
    await open_page_with_element(workspace, chromium_page, {"type": "overflow", "options": options("facts", "full")})
    await chromium_page.get_by_role("button", name="More choices").click()
    await expect(chromium_page.get_by_role("menuitem", name="Choice facts")).to_be_focused()
    await chromium_page.keyboard.press("ArrowDown")
    await chromium_page.keyboard.press("Enter")
    await expect(chromium_page.get_by_role("menu")).to_have_count(0)
    assert [action["selected_option"]["value"] for action in await wait_for_actions(received_actions, 1)] == ["full"]


async def test_select_sends_the_chosen_option_to_the_app(
    workspace: PracticeWorkspace, chromium_page: Page, received_actions: list[dict[str, Any]]
) -> None:
    element = {"type": "static_select", "placeholder": plain_text("Extend"), "options": options("day", "week")}
    await open_page_with_element(workspace, chromium_page, element)
    await chromium_page.get_by_label("Extend").select_option("week")
    await expect(chromium_page.get_by_label("Extend")).to_have_value("week")
    assert [action["selected_option"]["value"] for action in await wait_for_actions(received_actions, 1)] == ["week"]


async def test_checkboxes_send_all_checked_options(
    workspace: PracticeWorkspace, chromium_page: Page, received_actions: list[dict[str, Any]]
) -> None:
    await open_page_with_element(workspace, chromium_page, {"type": "checkboxes", "options": options("a", "b", "c")})
    await chromium_page.get_by_label("Choice a").check()
    await chromium_page.get_by_label("Choice c").check()
    await wait_for_actions(received_actions, 2)
    await chromium_page.get_by_label("Choice a").uncheck()
    values = [
        [option["value"] for option in action["selected_options"]]
        for action in await wait_for_actions(received_actions, 3)
    ]
    assert values == [["a"], ["a", "c"], ["c"]]
