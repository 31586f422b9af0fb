"""A callback: the top two drawn again in other situations, the ballot, and its result in both messages."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_BRIEF = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


async def play(browser: BrowserSession) -> None:
    """Maya's vote closes close to a tie, so Lena calls the first two back; two people vote on who holds up."""
    await browser.send(f"/cast Maya: {_BRIEF}")
    closed = await _vote_and_close(browser)
    await browser.press(closed, "callback")
    form = browser.page.get_by_role("dialog")
    await expect(form).to_contain_text("6 pictures for up to")
    await browser.screenshot("callback-form", form)
    await form.get_by_role("button", name="Start callback").click()
    ballot = await browser.wait_for_message("who holds up?")
    await expect(ballot.get_by_role("button", name="Close voting")).to_be_visible()
    for name, number in (("Daniel Okafor", 2), ("Mei Tanaka", 2), ("Lena Ortiz", 1)):
        await browser.act_as(name)
        ballot = await browser.wait_for_message("who holds up?")
        await browser.press(ballot, f"vote:{number}")
    await expect(ballot).to_contain_text("3 people voted")
    await browser.screenshot("callback-voting", ballot)
    await browser.press(ballot, "close", "Close voting")
    result = await browser.wait_for_message("2 holds up")
    await browser.screenshot("callback-closed", result)
    parent = await browser.wait_for_message("from 3 people")
    await expect(parent.locator("[data-action=lock]")).to_be_visible()
    await browser.screenshot("callback-parent", parent)


async def _vote_and_close(browser: BrowserSession) -> Locator:
    """Three people vote: 2 leads with three votes, 4 has two; return the message with the result."""
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    for name, numbers in (("Daniel Okafor", "24"), ("Mei Tanaka", "2"), ("Lena Ortiz", "24")):
        await browser.act_as(name)
        message = await browser.wait_for_message("Casting Maya")
        for number in numbers:
            await browser.press(message, f"vote:{number}")
    await expect(message).to_contain_text("3 people voted")
    await browser.press(message, "close", "Close voting")
    message = await browser.wait_for_message("voting is closed")
    await expect(message.locator("[data-action=callback]")).to_be_visible()
    return message
