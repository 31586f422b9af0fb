"""A face with its vendor's credentials: what Details says of them, the passport, and the wish about training."""

from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession

_COMMAND = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet --models gpt-image-2 --each 2"
# The job that signs starts with the lock and shows nothing when it ends.
_SIGNING_MS = 3_000


async def play(browser: BrowserSession) -> None:
    """Maya is cast by a model that signs its pictures; her details are read, then the production's settings."""
    await browser.send(_COMMAND)
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await browser.press(message, "vote:1")
    await expect(message).to_contain_text("1 person voted")
    await browser.press(message, "lock", "Lock")
    record = await browser.wait_for_message("Maya is cast")
    await expect(record.get_by_role("img").first).to_be_visible()
    await browser.page.wait_for_timeout(_SIGNING_MS)
    await browser.press(record, "facts")
    await browser.screenshot("passport-details", await browser.wait_for_message("Content credentials"))
    await browser.send("/cast settings")
    form = browser.page.get_by_role("dialog")
    field = form.get_by_label("AI training with the faces")
    await field.scroll_into_view_if_needed()
    await browser.screenshot("passport-setting", form)
