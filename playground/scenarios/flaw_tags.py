"""What looks artificial on a quick ballot: tags after a vote, counts after the close, words for the next brief."""

from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession

_COMMAND = "/cast Maya: weathered 60-year-old fisherwoman, grey plait"
_TITLE = "What looks artificial?"


async def play(browser: BrowserSession) -> None:
    """Daniel and Mei vote and tag, Lena closes and adds words to the brief, and the next close compares the shares."""
    await browser.send(_COMMAND)
    await _vote_and_tag(browser, "Daniel Okafor", "2", {"1": ("too smooth", "eyes"), "3": ("too smooth",)}, "tags-form")
    await _vote_and_tag(browser, "Mei Tanaka", "2", {"3": ("too smooth",)})
    await browser.act_as("Lena Ortiz")
    message = await browser.wait_for_message("2 people voted")
    await browser.press(message, "close", confirm_button="Close voting")
    message = await browser.wait_for_message("looked artificial: too smooth 2")
    await browser.screenshot("tags-closed", message)
    await browser.press(message, "refine")
    modal = browser.page.get_by_role("dialog", name="Refine the brief")
    await modal.locator("[data-action=add_words]").first.click()
    await expect(modal).to_contain_text("added to the brief above")
    await browser.screenshot("tags-refine", modal)
    await modal.locator("footer .primary").click()
    await expect(modal).to_have_count(0)
    await _vote_and_tag(browser, "Daniel Okafor", "1", {"2": ("hair",)})
    await browser.act_as("Lena Ortiz")
    message = await browser.wait_for_message("1 person voted")
    await browser.press(message, "close", confirm_button="Close voting")
    await browser.screenshot("tags-compared", await browser.wait_for_message("The share of “too smooth” fell"))


async def _vote_and_tag(
    browser: BrowserSession, name: str, number: str, tags: dict[str, tuple[str, ...]], picture: str = ""
) -> None:
    await browser.act_as(name)
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.locator(f"[data-action='vote:{number}']")).to_be_visible()
    await expect(message).to_contain_text("2 replies")
    await browser.press(message, f"vote:{number}")
    receipt = await browser.wait_for_message(f"You voted for {number}")
    await browser.press(receipt, "flaws")
    modal = browser.page.get_by_role("dialog", name=_TITLE)
    for candidate, labels in tags.items():
        menu = modal.get_by_role("group", name=f"Candidate {candidate}")
        for label in labels:
            await menu.get_by_label(label, exact=True).check()
    if picture:
        await menu.evaluate("element => element.scrollIntoView({block: 'end'})")
        await browser.screenshot(picture)
    await modal.locator("footer .primary").click()
    await expect(modal).to_contain_text("counts appear after the close")
    await modal.get_by_role("button", name="Done").click()
