"""After the vote: the record, a re-cast with its reason, an unlock, the history and both versions."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_BRIEF = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"
_REASON = "Too gentle for the storm in the third act"


async def play(browser: BrowserSession) -> None:
    """Maya is cast, re-cast while her face stays, compared and unlocked, and her history is read; Ines's vote is
    sealed.
    """
    await browser.send(f"/cast Maya: {_BRIEF}")
    closed = await _vote_and_close(browser, "Casting Maya")
    await browser.screenshot("record-closed", closed)
    record = await _lock(browser, closed, "Maya is cast")
    await browser.screenshot("record-locked", record)
    await browser.press(record, "recast_face")
    form = await _fill_field(browser, "Reason", _REASON)
    await browser.screenshot("record-recast")
    await form.get_by_role("button", name="Re-cast").click()
    await browser.screenshot("record-recast-drawing", await browser.wait_for_message(f"Re-cast: {_REASON}"))
    closed = await _vote_and_close(browser, f"Re-cast: {_REASON}")
    await browser.screenshot("record-recast-closed", closed)
    record = await _lock(browser, closed, "version 2")
    await browser.screenshot("record-version-2", record)
    await browser.screenshot("record-superseded", await browser.wait_for_message("Version 2 is Maya"))
    await browser.press(record, "versions")
    await expect(browser.page.get_by_role("dialog").get_by_role("img")).to_have_count(1)
    await browser.screenshot("record-versions", browser.page.get_by_role("dialog"))
    await browser.page.get_by_role("dialog").get_by_role("img").last.scroll_into_view_if_needed()
    await browser.screenshot("record-versions-below", browser.page.get_by_role("dialog"))
    await browser.page.get_by_role("dialog").get_by_role("button", name="Done").click()
    await browser.press(record, "recast_face")
    form = await _fill_field(browser, "Reason", "The first one it is after all")
    await form.get_by_text("Unlock only").click()
    await browser.screenshot("record-unlock")
    await form.get_by_role("button", name="Unlock", exact=True).click()
    await browser.screenshot("record-unlocked", await browser.wait_for_message("Unlocked by"))
    await browser.send("/cast history maya")
    await browser.screenshot("record-history", await browser.wait_for_message("Maya · history"))
    await browser.send("/cast maya")
    await browser.screenshot("record-recalled", await browser.wait_for_message("Share here"))


async def _vote_and_close(browser: BrowserSession, text: str) -> Locator:
    """Two people vote and the lead closes; return the message with the result."""
    message = await browser.wait_for_message(text)
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    for name, numbers in (("Daniel Okafor", "24"), ("Mei Tanaka", "2"), ("Lena Ortiz", "24")):
        await browser.act_as(name)
        message = await browser.wait_for_message(text)
        for number in numbers:
            await browser.press(message, f"vote:{number}")
    await expect(message).to_contain_text("3 people voted")
    await browser.press(message, "close", "Close voting")
    message = await browser.wait_for_message("voting is closed")
    await expect(message.locator("[data-action=lock]")).to_be_visible()
    return message


async def _lock(browser: BrowserSession, closed: Locator, text: str) -> Locator:
    await browser.press(closed, "lock", "Lock")
    record = await browser.wait_for_message(text)
    await expect(record.get_by_role("button", name="Re-cast")).to_be_visible()
    await expect(record.get_by_role("img").first).to_be_visible()
    return record


async def _fill_field(browser: BrowserSession, field: str, text: str) -> Locator:
    form = browser.page.get_by_role("dialog")
    await form.get_by_label(field).fill(text)
    return form
