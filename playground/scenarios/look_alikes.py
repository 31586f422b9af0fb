"""Two similar faces: the question in the thread, two people who say yes, and the note on the record."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_QUESTION = "be confused in a wide shot?"
_CAST = (
    ("Ines", "retired harbour pilot, a woman of 62, silver hair in a bun, aged 62"),
    ("Juan", "ferry engineer, a man of 34, aged 34, black hair"),
    ("Maya", "weathered 60-year-old fisherwoman, grey plait"),
)


async def play(browser: BrowserSession) -> None:
    """Lena locks three faces; Daniel and Mei could confuse two of them."""
    for name, brief in _CAST:
        await _cast_and_lock(browser, name, brief)
    thread = await _open_thread(browser)
    await expect(thread.get_by_text(_QUESTION)).to_be_visible()
    await browser.screenshot("alike-question", thread)
    await _close_thread(browser)
    for person in ("Daniel Okafor", "Mei Tanaka"):
        await browser.act_as(person)
        thread = await _open_thread(browser)
        await thread.locator("[data-action='look_alike:yes']").click()
        await expect(thread.get_by_text("You say that Maya and Ines could be confused")).to_be_visible()
        await _close_thread(browser)
    await browser.act_as("Lena Ortiz")
    thread = await _open_thread(browser)
    question = thread.get_by_role("article").filter(has_text=_QUESTION)
    await expect(question).to_contain_text("noted on both records")
    await browser.screenshot("alike-noted", question)
    await _close_thread(browser)
    record = browser.page.get_by_role("article").filter(has_text="Maya is cast").last
    await expect(record).to_contain_text("could confuse this face with")
    await browser.screenshot("alike-record", record)


async def _open_thread(browser: BrowserSession) -> Locator:
    record = browser.page.get_by_role("article").filter(has_text="Maya is cast").last
    await record.locator(".replies").click()
    thread = browser.page.get_by_role("complementary", name="Thread")
    await expect(thread).to_be_visible()
    return thread


async def _close_thread(browser: BrowserSession) -> None:
    await browser.page.keyboard.press("Escape")
    await expect(browser.page.get_by_role("complementary", name="Thread")).to_have_count(0)


async def _cast_and_lock(browser: BrowserSession, name: str, brief: str) -> None:
    await browser.send(f"/cast {name}: {brief} --each 1")
    message = await browser.wait_for_message(f"Casting {name}")
    await expect(message.locator("[data-action='vote:1']")).to_be_visible()
    await browser.press(message, "vote:1")
    await expect(message).to_contain_text("1 person voted")
    await browser.press(message, "lock", confirm_button="Lock")
    await browser.wait_for_message(f"{name} is cast")
