"""Comments on candidates, none of these, and who voted for what after the close."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_COMMAND = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, grey plait --ground white"


async def play(browser: BrowserSession) -> None:
    """Daniel votes and comments, Mei finds no face, Lena closes and refines with a comment."""
    await browser.send(_COMMAND)
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.locator("[data-action=vote_none]")).to_be_visible()
    await browser.act_as("Daniel Okafor")
    await browser.press(await browser.wait_for_message("Casting Maya"), "vote:2")
    await _comment(browser, "2", "softer eyes, and the plait over the other shoulder", "voting-comment")
    await browser.act_as("Mei Tanaka")
    await browser.press(await browser.wait_for_message("Casting Maya"), "vote_none")
    await _comment(browser, "2", "older, closer to 70")
    await browser.act_as("Lena Ortiz")
    message = await browser.wait_for_message("2 people voted")
    await browser.screenshot("voting-none", message)
    await browser.press(message, "refine" if await message.locator("[data-action=refine]").count() else "reroll")
    await browser.screenshot("redraw-comments", await browser.wait_for_message("A variation with a comment"))
    message = await browser.wait_for_message("2 people voted")
    await browser.press(message, "close", confirm_button="Close voting")
    message = await browser.wait_for_message("voting is closed")
    await browser.press(message, "who_voted")
    modal = browser.page.get_by_role("dialog", name="Who voted")
    await expect(modal).to_contain_text("None of these")
    await browser.screenshot("voting-who-voted", modal)
    await modal.get_by_role("button", name="Done").click()
    await browser.press(message, "refine")
    modal = browser.page.get_by_role("dialog", name="Refine the brief")
    await expect(modal).to_contain_text("Add comments to the brief")
    await browser.screenshot("redraw-refine-comments", modal)


async def _comment(browser: BrowserSession, number: str, text: str, picture: str = "") -> None:
    await browser.press(await browser.wait_for_message("Casting Maya"), "comment")
    modal = browser.page.get_by_role("dialog", name="Comment")
    await expect(modal).to_contain_text("A comment is no vote")
    await modal.get_by_label("On which candidate").select_option(label=number)
    await modal.get_by_label("What would you change?").fill(text)
    if picture:
        await browser.screenshot(picture, modal)
    await _submit(modal)
    await expect(modal).to_contain_text("saved")
    await modal.get_by_role("button", name="Done").click()


async def _submit(modal: Locator) -> None:
    await modal.locator("footer .primary").click()
