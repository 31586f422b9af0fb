"""The character sheet: its form, the views in the thread, opinions, the lead's decision, a refused view drawn again."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_BRIEF = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait, yellow oilskin"
# The brief is drawn by one model, and one vote locks it.
_LINE = f"/cast Maya: {_BRIEF} --models nano-banana,recraft --each 1"


async def play(browser: BrowserSession) -> None:
    """Maya is cast; Lena orders a sheet, Daniel and Mei say what they see, Lena keeps a view and has another drawn."""
    await browser.send(_LINE)
    record = await _cast(browser)
    await browser.press(record, "character_sheet")
    form = browser.page.get_by_role("dialog")
    await expect(form).to_contain_text("9 views")
    await browser.screenshot("character-sheet-form", form)
    await form.get_by_role("button", name="Draw 9").click()
    record = await browser.wait_for_message("9 views drawn")
    await browser.screenshot("character-sheet-record", record)
    thread = await _open_thread(browser, record)
    profile = _view(thread, "Profile")
    await expect(profile.get_by_role("img").first).to_be_visible()
    for name, action in (("Daniel Okafor", "sheet_same"), ("Mei Tanaka", "sheet_same"), ("Lena Ortiz", "sheet_same")):
        await browser.act_as(name)
        thread = await _open_thread(browser, await browser.wait_for_message("Maya is cast"))
        await browser.press(_view(thread, "Profile"), action)
        await browser.press(_view(thread, "Fear"), "sheet_drifted" if name != "Daniel Okafor" else "sheet_same")
    await browser.press(_view(thread, "Profile"), "sheet_keep")
    await expect(_view(thread, "Profile")).to_contain_text("Kept by")
    await browser.screenshot("character-sheet-view", _view(thread, "Profile"))
    await browser.press(_view(thread, "Fear"), "sheet_again", "Draw again")
    await expect(_view(thread, "Fear")).to_contain_text("attempt 2")
    sheet = thread.get_by_role("img", name="The character sheet of Maya").last
    await sheet.scroll_into_view_if_needed()
    await sheet.click()
    page = browser.page.get_by_role("dialog").get_by_role("img")
    await expect(page).to_have_js_property("complete", value=True)
    await browser.screenshot("character-sheet")


async def _cast(browser: BrowserSession) -> Locator:
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await browser.press(message, "vote:1")
    await expect(message.locator("[data-action=lock]")).to_contain_text("1")
    await browser.press(message, "lock", "Lock")
    record = await browser.wait_for_message("Maya is cast")
    await expect(record.locator("[data-action=character_sheet]")).to_be_visible()
    return record


async def _open_thread(browser: BrowserSession, record: Locator) -> Locator:
    await record.get_by_role("button", name="repl").first.click()
    return browser.page.get_by_role("complementary")


def _view(thread: Locator, title: str) -> Locator:
    return thread.get_by_role("article").filter(has_text=f"{title} ·").filter(has_text="Compare by eye").last
