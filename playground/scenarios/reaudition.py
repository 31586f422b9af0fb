"""A re-audition: a model is retired, its faces are listed to their lead, and one of them is drawn again."""

from playwright.async_api import Locator, expect

from playground.scenarios.browser import BrowserSession

_BRIEF = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"
_RETIRED = "gemini-nano-banana-2.1"


async def play(browser: BrowserSession) -> None:
    """Maya is cast by a model that then answers as retired; Lena is told, and two people vote on who is still Maya."""
    await browser.send(f"/cast Maya: {_BRIEF} --models nano-banana --each 2")
    await _lock(browser)
    base = await browser.page.evaluate("location.origin")
    answer = await browser.page.request.post(f"{base}/control/models/{_RETIRED}/life", data={"state": "retired"})
    assert answer.ok, await answer.text()
    await browser.send("/cast Ben: a smith, 40, soot on his brow --models nano-banana --each 1")
    await browser.wait_for_message("Casting Ben · ended")
    await browser.page.get_by_role("list", name="Direct messages").get_by_text("Castroom").click()
    notice = await browser.wait_for_message("is retired by its vendor")
    await browser.screenshot("reaudition-notice", notice)
    await browser.press(notice, "reaudition")
    form = browser.page.get_by_role("dialog")
    await expect(form).to_contain_text("pictures for up to")
    await browser.screenshot("reaudition-form", form)
    await form.get_by_role("button", name="Start re-audition").click()
    await browser.page.get_by_role("list", name="Channels").get_by_text("harbour-film").click()
    ballot = await browser.wait_for_message("which is still Maya?")
    await expect(ballot.get_by_role("button", name="Close voting")).to_be_visible()
    for name, number in (("Daniel Okafor", 1), ("Mei Tanaka", 2), ("Lena Ortiz", 1)):
        await browser.act_as(name)
        ballot = await browser.wait_for_message("which is still Maya?")
        await browser.press(ballot, f"vote:{number}")
    await expect(ballot).to_contain_text("3 people voted")
    await browser.screenshot("reaudition-voting", ballot)
    await browser.press(ballot, "close", "Close voting")
    await browser.screenshot("reaudition-closed", await browser.wait_for_message("is the original"))


async def _lock(browser: BrowserSession) -> Locator:
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await browser.press(message, "vote:1")
    await expect(message).to_contain_text("1 person voted")
    await browser.press(message, "lock", "Lock 1")
    return await browser.wait_for_message("Maya is cast")
