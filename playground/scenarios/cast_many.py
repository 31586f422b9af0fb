"""A pasted list of characters: the form, every line with its price, and the progress in one message."""

from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession

_LIST = """Maya: weathered 60-year-old fisherwoman, deep crow's feet, grey plait
Tomas: harbour master, 50, wind-burnt, one eyebrow higher than the other
Ines without a colon
Vera: ferry captain, 45, short dark hair, calm --each 1"""


async def play(browser: BrowserSession) -> None:
    """Lena pastes four lines, sees what one lacks, and starts the others."""
    await browser.send("/cast many")
    modal = browser.page.get_by_role("dialog", name="Cast many")
    await expect(modal).to_contain_text("Nothing is drawn or charged")
    await modal.get_by_label("Characters").fill(_LIST)
    await browser.screenshot("form-8-many", modal)
    await modal.locator("footer .primary").click()
    check = browser.page.get_by_role("dialog", name="Check the list")
    await expect(check).to_contain_text("3 characters for up to")
    await browser.screenshot("form-9-many-check", check)
    await check.locator("footer .primary").click()
    message = await browser.wait_for_message("1 of 3 started")
    await browser.screenshot("form-10-many-progress", message)
