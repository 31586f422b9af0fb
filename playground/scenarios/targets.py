"""Lena names the pipeline's targets in the settings, and Daniel reports what one of them said about Maya."""

from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession


async def play(browser: BrowserSession) -> None:
    """Lena locks a face, chooses targets, and the record shows what Daniel reports."""
    await browser.send("/cast settings")
    form = browser.page.get_by_role("dialog")
    targets = form.get_by_role("group", name="Pipeline targets")
    for name in ("Runway", "Kling", "Seedance"):
        await targets.get_by_text(name, exact=True).click()
    await form.get_by_label("Other targets").fill("In-house comp")
    await form.get_by_role("button", name="Save").click()
    await browser.wait_for_message("New rounds use this")
    await browser.send("/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, grey plait")
    message = await browser.wait_for_message("Casting Maya")
    await browser.press(message, "vote:2")
    await expect(message.locator("[data-action=lock]")).to_contain_text("2")
    await browser.press(message, "lock")
    await browser.page.get_by_role("dialog").get_by_role("button", name="Lock").click()
    await browser.wait_for_message("Not tried: Runway")
    await browser.act_as("Daniel Okafor")
    await _report(browser, "Runway", "Accepted", "asset://ry-1742", "targets-form")
    await _report(browser, "Seedance", "Needs approval", "")
    record = await browser.wait_for_message("Seedance: needs approval")
    await expect(record.get_by_role("img").first).to_be_visible()
    await browser.screenshot("targets-record", record)


async def _report(browser: BrowserSession, target: str, state: str, external_id: str, picture: str = "") -> None:
    await browser.press(await browser.wait_for_message("Pipeline targets"), "targets")
    form = browser.page.get_by_role("dialog", name="Pipeline target")
    await form.get_by_label("Target", exact=True).select_option(target)
    await form.get_by_text(state, exact=True).click()
    await form.get_by_label("Id there").fill(external_id)
    if picture:
        await browser.screenshot(picture, form)
    await form.get_by_role("button", name="Save").click()
    await browser.wait_for_message(f"{target}: {state.lower()}")
