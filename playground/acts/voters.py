"""A vote of named people: who has voted, what the rest can still change, the menu behind three dots, a reminder."""

from playwright.async_api import expect

from playground.screen import Screen

_LINE = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet --voters @daniel,@mei,@lena --for 4h"


async def play(shown: Screen) -> None:
    """Three people are named; two vote, and the message says what the third can still change."""
    await shown.send(_LINE)
    message = await shown.says("Casting Maya")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await shown.press(message, "vote:2")
    await expect(message).to_contain_text("1 of 3 voted")
    await shown.be("Daniel Okafor")
    message = await shown.says("Casting Maya")
    await shown.press(message, "vote:2")
    await expect(message).to_contain_text("2 of 3 voted")
    await shown.shot("voting-named", message)
    await shown.be("Lena Ortiz")
    message = await shown.says("Casting Maya")
    await message.get_by_role("button", name="More choices").click()
    await shown.shot("voting-menu")
