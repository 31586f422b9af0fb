"""Re-rolls: the private choice, a variation on the sheet, a refined brief, and the comparison before and after."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

COMMAND = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"
REFINED_BRIEF = "weathered 70-year-old fisherwoman, deep crow's feet, salt-cracked lips, one clouded eye"


async def play(browser: BrowserSession) -> None:
    """Lena varies 2, compares, closes, re-rolls a model and refines the brief; a screenshot of each step."""
    await browser.send(COMMAND)
    message = await _wait_for_candidate(browser, "vote:4")
    await browser.act_as("Mei Tanaka")
    await browser.press(await browser.wait_for_message("Casting Maya"), "vote:2")
    await browser.act_as("Lena Ortiz")
    message = await browser.wait_for_message("1 person voted")
    await browser.press(message, "look")
    await _screenshot_comparison(browser, "redraw-look-voting")
    await browser.press(message, "reroll")
    choice = await browser.wait_for_message("Re-roll for Maya?")
    await browser.screenshot("redraw-choice", choice)
    await _select_option(choice, "vary", "Vary 2")
    message = await _wait_for_candidate(browser, "vote:5")
    await expect(message).to_contain_text("5 varies 2")
    await browser.screenshot("redraw-variation", message)
    await browser.press(message, "close", confirm_button="Close voting")
    message = await browser.wait_for_message("voting is closed")
    await browser.press(message, "reroll")
    choice = await browser.wait_for_message("Re-roll for Maya?")
    await browser.screenshot("redraw-choice-closed", choice)
    await _select_option(choice, "reroll_one", "Recraft")
    message = await browser.wait_for_message("arrived after the vote")
    await browser.screenshot("redraw-closed", message)
    await browser.press(message, "look")
    await _screenshot_comparison(browser, "redraw-look-closed")
    await browser.press(await browser.wait_for_message("arrived after the vote"), "refine")
    form = browser.page.get_by_role("dialog")
    await expect(form).to_contain_text("A new round for")
    await form.get_by_role("textbox").fill(REFINED_BRIEF)
    await browser.screenshot("redraw-refine", form)
    await form.get_by_role("button", name="Cast again").click()
    message = await browser.wait_for_message("Refined from")
    await expect(message.locator("[data-action=close]")).to_be_visible()
    await browser.screenshot("redraw-child", message)
    parent = await browser.wait_for_message("the new round is here")
    await browser.screenshot("redraw-parent", parent)


async def _wait_for_candidate(browser: BrowserSession, action_id: str) -> Locator:
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.locator(f"[data-action='{action_id}']")).to_be_visible()
    return message


async def _select_option(message: Locator, action_id: str, text: str) -> None:
    """Choose the option that begins with this text from a message's menu."""
    menu = message.locator(f"[data-action='{action_id}']")
    option = menu.locator("option").filter(has_text=text).first
    await menu.select_option(label=await option.inner_text())


async def _screenshot_comparison(browser: BrowserSession, name: str) -> None:
    """Take a screenshot of the comparison, and close it."""
    view = browser.page.get_by_role("dialog")
    await expect(view.get_by_role("img")).to_have_count(1)
    await browser.screenshot(name, view)
    await view.get_by_role("button", name="Done").click()
