"""Standings in the practice workspace, asked for by a person in the browser."""

import re
from pathlib import Path

from playwright.async_api import expect

from playground.scenarios.browser import open_browser


async def show_standings(address: str, folder: Path) -> Path:
    """Type `/cast standings`, open the direct message, and save its screenshot; return the file."""
    async with open_browser(address, folder) as browser:
        await browser.send("/cast standings")
        await browser.wait_for_message("I sent you the standings")
        navigation = browser.page.get_by_role("navigation", name="Workspace")
        # Its name goes on with the number of unread messages.
        await navigation.get_by_role("button", name=re.compile("^Castroom")).last.click()
        message = await browser.wait_for_message("Standings in")
        await expect(message.get_by_role("img", name=re.compile("Differences between models")).first).to_be_visible()
        return await browser.screenshot("standings", message)
