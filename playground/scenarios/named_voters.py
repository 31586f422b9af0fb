"""A vote of named people: who has voted, what the others can still change, the overflow menu, a reminder."""

from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession

_COMMAND = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet --voters @daniel,@mei,@lena --for 4h"


async def play(browser: BrowserSession) -> None:
    """Three people are named and two vote; the message shows what the third can still change."""
    await browser.send(_COMMAND)
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await browser.press(message, "vote:2")
    await expect(message).to_contain_text("1 of 3 voted")
    await browser.act_as("Daniel Okafor")
    message = await browser.wait_for_message("Casting Maya")
    await browser.press(message, "vote:2")
    await expect(message).to_contain_text("2 of 3 voted")
    await browser.screenshot("voting-named", message)
    await browser.act_as("Lena Ortiz")
    message = await browser.wait_for_message("Casting Maya")
    await message.get_by_role("button", name="More choices").click()
    await browser.screenshot("voting-menu")
