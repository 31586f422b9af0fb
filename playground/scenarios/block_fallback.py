"""Slack refuses confirmation dialogs, headers and menus: the same round in plain text with buttons."""

from aiohttp import ClientSession
from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession

_REFUSED_BLOCKS = ("header", "context", "rich_text", "static_select", "confirm", "style")


async def play(browser: BrowserSession) -> None:
    """Lena casts Rui while Slack refuses most blocks; the vote and the close work in plain text."""
    await _set_refused_blocks(browser, _REFUSED_BLOCKS)
    await browser.send(
        "/cast Rui: a harbour pilot of 50, wind-burnt, grey stubble --each 1 --models recraft,gpt-image-2"
    )
    message = await browser.wait_for_message("Casting Rui")
    await expect(message.locator("[data-action='vote:1']")).to_be_visible()
    await expect(message.get_by_role("img").first).to_be_visible()
    await browser.press(message, "vote:1")
    await expect(message).to_contain_text("1 person voted")
    await browser.screenshot("sturdy-plain-voting", message)
    await browser.press(message, "close")
    closed = await browser.wait_for_message("1 leads")
    await browser.screenshot("sturdy-plain-closed", closed)
    await _set_refused_blocks(browser, ())


async def _set_refused_blocks(browser: BrowserSession, block_types: tuple[str, ...]) -> None:
    address = browser.page.url.rstrip("/").split("/?")[0]
    async with ClientSession() as session:
        response = await session.post(f"{address}/control/slack/settings", json={"refused_blocks": block_types})
        response.raise_for_status()
