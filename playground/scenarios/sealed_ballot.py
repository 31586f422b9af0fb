"""A sealed ballot from the message to the run-off, and the reply in a channel without the bot."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_COMMAND = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, grey plait --ballot sealed"


async def play(browser: BrowserSession) -> None:
    """Daniel and Mei fill in their ballots, two faces tie, and a run-off decides."""
    await browser.send(_COMMAND)
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.locator("[data-action=paper]")).to_be_visible()
    await expect(message).to_contain_text("2 replies")
    await browser.act_as("Daniel Okafor")
    modal = await _open_ballot(browser)
    await _check_boxes(modal, 2)
    await modal.get_by_role("group", name="What looks artificial?").first.get_by_label("too smooth").check()
    await browser.screenshot("sealed-paper")
    await _submit(modal)
    await browser.screenshot("sealed-in", modal)
    await _close(modal)
    await browser.act_as("Mei Tanaka")
    modal = await _open_ballot(browser)
    await _check_boxes(modal, 3)
    await _submit(modal)
    await _close(modal)
    await browser.act_as("Lena Ortiz")
    message = await browser.wait_for_message("2 people voted")
    await browser.screenshot("sealed-voting", message)
    await browser.press(message, "close", confirm_button="Close voting")
    message = await browser.wait_for_message("voting is closed")
    await browser.screenshot("sealed-closed", message)
    await browser.press(message, "run_off")
    message = await browser.wait_for_message("run-off: 2 or 3?")
    await browser.press(message, "choose:3")
    await expect(message).to_contain_text("1 person voted")
    await browser.screenshot("sealed-run-off", message)
    await browser.page.get_by_role("button", name="general").click()
    await browser.send("/cast Ben: a cook with salt on his hands")
    await browser.screenshot("start-not-invited", await browser.wait_for_message("/invite"))


async def _open_ballot(browser: BrowserSession) -> Locator:
    await browser.press(await browser.wait_for_message("Casting Maya"), "paper")
    modal = browser.page.get_by_role("dialog", name="Your ballot")
    await expect(modal).to_contain_text("Candidate 1")
    return modal


async def _check_boxes(modal: Locator, number: int) -> None:
    boxes = modal.get_by_role("group", name=f"Candidate {number}")
    await boxes.get_by_label("Looks human").check()
    await boxes.get_by_label("Right for Maya").check()


async def _submit(modal: Locator) -> None:
    await modal.locator("footer .primary").click()
    await expect(modal).to_contain_text("Ballot submitted")


async def _close(modal: Locator) -> None:
    await modal.get_by_role("button", name="Close").first.click()
    await expect(modal).to_have_count(0)
