"""A Slack that refuses buttons' questions, headers and menus: the same round in plain text with the buttons."""

from aiohttp import ClientSession
from playwright.async_api import expect

from playground.screen import Screen

_REFUSED = ("header", "context", "rich_text", "static_select", "confirm", "style")


async def play(shown: Screen) -> None:
    """Lena casts Rui while Slack refuses most of what a message is made of; the vote and the close in plain text."""
    await _refusing(shown, _REFUSED)
    await shown.send("/cast Rui: a harbour pilot of 50, wind-burnt, grey stubble --each 1 --models recraft,gpt-image-2")
    message = await shown.says("Casting Rui")
    await expect(message.locator("[data-action='vote:1']")).to_be_visible()
    await expect(message.get_by_role("img").first).to_be_visible()
    await shown.press(message, "vote:1")
    await expect(message).to_contain_text("1 person voted")
    await shown.shot("sturdy-plain-voting", message)
    await shown.press(message, "close")
    closed = await shown.says("1 leads")
    await shown.shot("sturdy-plain-closed", closed)
    await _refusing(shown, ())


async def _refusing(shown: Screen, kinds: tuple[str, ...]) -> None:
    address = shown.page.url.rstrip("/").split("/?")[0]
    async with ClientSession() as session:
        answer = await session.post(f"{address}/control/slack/settings", json={"refused_blocks": kinds})
        answer.raise_for_status()
