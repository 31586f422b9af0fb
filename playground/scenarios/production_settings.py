"""Lena changes the production settings, a round uses them, and Daniel sees that only she may change them."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_STYLE = "North light off grey water, wool and oilskin, no make-up."


async def play(browser: BrowserSession) -> None:
    await browser.send("/cast settings")
    form = browser.page.get_by_role("dialog")
    await expect(form).to_contain_text("House style")
    await browser.screenshot("settings-first", form)
    await _fill_form(form)
    await form.get_by_role("textbox", name="Production").scroll_into_view_if_needed()
    await browser.screenshot("settings-form", form)
    await form.get_by_role("button", name="Save").click()
    await browser.wait_for_message("New rounds use this")
    await browser.send("/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips")
    await browser.screenshot("settings-round", await browser.wait_for_message("House style"))
    await browser.send("/cast settings")
    await expect(form).to_contain_text("Last changes")
    await form.get_by_text("Last changes").scroll_into_view_if_needed()
    await browser.screenshot("settings-changes", form)
    await form.get_by_role("button", name="Cancel").click()
    await browser.act_as("Daniel Okafor")
    await browser.send("/cast settings")
    await browser.screenshot("settings-barred", await browser.wait_for_message("change the settings"))


async def _fill_form(form: Locator) -> None:
    await form.get_by_role("textbox", name="Production").fill("The Quay")
    await form.get_by_label("House style").fill(_STYLE)
    await form.get_by_text("Sealed:").click()
    await form.get_by_label("Voters needed").fill("3")
    await form.get_by_label("Most for a month").fill("40")
    editors = form.get_by_role("group", name="Who may change these settings")
    await editors.get_by_text("Lena Ortiz").click()
