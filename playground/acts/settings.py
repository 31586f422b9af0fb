"""Lena arranges how a production casts, a round shows it, and Daniel reads that the settings are hers alone."""

from playwright.async_api import Locator, expect

from playground.screen import Screen

_STYLE = "North light off grey water, wool and oilskin, no make-up."


async def play(shown: Screen) -> None:
    await shown.send("/cast settings")
    form = shown.page.get_by_role("dialog")
    await expect(form).to_contain_text("House style")
    await shown.shot("settings-first", form)
    await _fill(form)
    await form.get_by_role("textbox", name="Production").scroll_into_view_if_needed()
    await shown.shot("settings-form", form)
    await form.get_by_role("button", name="Save").click()
    await shown.says("Rounds that begin from now on follow it")
    await shown.send("/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips")
    await shown.shot("settings-round", await shown.says("House style"))
    await shown.send("/cast settings")
    await expect(form).to_contain_text("Last changes")
    await form.get_by_text("Last changes").scroll_into_view_if_needed()
    await shown.shot("settings-changes", form)
    await form.get_by_role("button", name="Cancel").click()
    await shown.be("Daniel Okafor")
    await shown.send("/cast settings")
    await shown.shot("settings-barred", await shown.says("change the settings"))


async def _fill(form: Locator) -> None:
    await form.get_by_role("textbox", name="Production").fill("The Quay")
    await form.get_by_label("House style").fill(_STYLE)
    await form.get_by_text("Sealed:").click()
    await form.get_by_label("Voters needed").fill("3")
    await form.get_by_label("Most for a month").fill("40")
    keepers = form.get_by_role("group", name="Who may change these settings")
    await keepers.get_by_text("Lena Ortiz").click()
