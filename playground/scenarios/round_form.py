"""A round started with the form, from a message and in a thread."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_BRIEF = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


async def play(browser: BrowserSession) -> None:
    """Lena fills in the form, sees an error at its field, and casts; Mei casts from Daniel's message."""
    await _cast_from_form(browser)
    await _cast_from_message(browser)


async def _cast_from_form(browser: BrowserSession) -> None:
    await browser.send("/cast")
    modal = await _open_form(browser)
    await browser.screenshot("form-1-empty")
    await modal.get_by_label("Character").fill("Maya")
    await browser.page.get_by_role("option", name="Cast “Maya”").click()
    await modal.get_by_label("Brief").fill(_BRIEF)
    for title in ("Recraft V4.1 ·", "GPT-Image-2 ·", "Nano Banana Pro ·"):
        await modal.get_by_label(title).check()
    await modal.get_by_label("Portraits from each model").select_option("3")
    await expect(modal).to_contain_text("are too many")
    await _submit(modal)
    await expect(modal.get_by_role("alert").first).to_be_visible()
    await _screenshot_field(browser, modal.get_by_label("Portraits from each model"), "form-2-wrong")
    await modal.get_by_label("Portraits from each model").select_option("2")
    await expect(modal).to_contain_text("2 portraits each")
    await _screenshot_field(browser, modal.get_by_label("Portraits from each model"), "form-3-estimate")
    await modal.get_by_label("Mei Tanaka").check()
    await modal.get_by_label("Daniel Okafor").check()
    await modal.get_by_label("Usage").select_option("film")
    await modal.get_by_label("Casting lead").select_option(label="Daniel Okafor")
    await _screenshot_field(browser, modal.get_by_label("Casting lead"), "form-4-vote")
    await _submit(modal)
    await expect(modal).to_have_count(0)
    await browser.screenshot("form-5-round", await browser.wait_for_message("Casting Maya"))


async def _cast_from_message(browser: BrowserSession) -> None:
    await browser.act_as("Daniel Okafor")
    await browser.send("The harbour master: 50, wind-burnt, one eyebrow higher than the other.")
    message = await browser.wait_for_message("wind-burnt")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await browser.screenshot("form-6-shortcut")
    await browser.page.get_by_role("menuitem", name="Cast from this message").click()
    await _open_form(browser)
    await browser.screenshot("form-7-from-a-message")


async def _open_form(browser: BrowserSession) -> Locator:
    modal = browser.page.get_by_role("dialog", name="Cast a face")
    await expect(modal).to_contain_text("Up to")
    return modal


async def _submit(modal: Locator) -> None:
    await modal.locator("footer .primary").click()


async def _screenshot_field(browser: BrowserSession, field: Locator, name: str) -> None:
    """Take a screenshot with this part of the form in the middle."""
    await field.evaluate("field => field.scrollIntoView({block: 'center'})")
    await browser.screenshot(name)
