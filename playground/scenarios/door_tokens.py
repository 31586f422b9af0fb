"""Lena makes two access tokens, copies one, and revokes an older one."""

from playwright.async_api import Locator, expect

from playground.processes import unused_port
from playground.scenarios.browser import BrowserSession

SETTINGS = {"DOORS_PORT": str(unused_port()), "DOORS_URL": "https://doors.castroom.example.com"}


async def play(browser: BrowserSession) -> None:
    await browser.send("/cast settings")
    dialog = browser.page.get_by_role("dialog").last
    open_tokens = dialog.get_by_role("button", name="Access tokens")
    await open_tokens.scroll_into_view_if_needed()
    await browser.screenshot("doors-settings", dialog)
    await open_tokens.click()
    await expect(dialog).to_contain_text("A token reads what every member")
    await _make(dialog, "Old render farm")
    await dialog.get_by_role("button", name="Done").click()
    await dialog.get_by_role("button", name="Revoke").click()
    await browser.page.get_by_role("dialog").get_by_role("button", name="Revoke").last.click()
    await expect(dialog).to_contain_text("revoked it")
    await _make(dialog, "Kling desk", reports=True)
    await dialog.get_by_role("button", name="Done").click()
    await dialog.get_by_role("button", name="New token").click()
    await _fill(dialog, "Nuke pipeline", cast=True)
    await browser.screenshot("doors-new", dialog)
    await dialog.get_by_role("button", name="Make token").click()
    await expect(dialog).to_contain_text("Castroom keeps no copy")
    await browser.screenshot("doors-secret", dialog)
    await dialog.get_by_role("button", name="Done").click()
    await expect(dialog).to_contain_text("Nuke pipeline")
    await browser.screenshot("doors-tokens", dialog)


async def _make(dialog: Locator, name: str, *, reports: bool = False) -> None:
    await dialog.get_by_role("button", name="New token").click()
    await _fill(dialog, name, reports=reports)
    await dialog.get_by_role("button", name="Make token").click()
    await expect(dialog).to_contain_text("Castroom keeps no copy")


async def _fill(dialog: Locator, name: str, *, cast: bool = False, reports: bool = False) -> None:
    await dialog.get_by_role("textbox", name="Name").fill(name)
    if cast:
        await dialog.get_by_text("start rounds,").click()
        await dialog.get_by_label("Dollars a month").fill("20")
    if reports:
        await dialog.get_by_text("report which video tools").click()
