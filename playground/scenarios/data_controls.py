"""Control of data about people: a reported portrait, consent to a photo, how long data is kept, a deleted character."""

import re

from playwright.async_api import FilePayload, expect

from playground.faces import draw_face, encode
from playground.scenarios.browser import BrowserSession

# Lena administers Castroom, as an administrator of the workspace would.
SETTINGS = {"MONEY_ADMINS": "U0LENAORTIZ"}
_BRIEF = "weathered 60-year-old fisherwoman, deep crow's feet, grey plait"


async def play(browser: BrowserSession) -> None:
    """Daniel reports a portrait; Lena decides, casts from a photo, withdraws the consent and deletes a character."""
    await _report_portrait(browser)
    await _cast_from_photo(browser)
    await _ask_for_other_use(browser)
    await _withdraw_consent(browser)
    await _delete_character(browser)
    await _set_retention(browser)


async def _report_portrait(browser: BrowserSession) -> None:
    await browser.send(f"/cast Maya: {_BRIEF}")
    message = await browser.wait_for_message("Casting Maya")
    await expect(message.locator("[data-action='vote:1']")).to_be_visible()
    await browser.act_as("Daniel Okafor")
    message = await browser.wait_for_message("Casting Maya")
    await browser.press(message, "vote:1")
    await browser.press(message, "look")
    await browser.page.get_by_role("dialog").last.locator("[data-action=report_candidate]").click()
    form = browser.page.get_by_role("dialog", name="Report a portrait")
    await form.get_by_label("Which portrait").select_option(label="Candidate 2")
    await form.get_by_label("What is wrong").fill("Looks like the actress of the other ferry film.")
    await browser.screenshot("data-report-form", form)
    await form.locator("footer .primary").click()
    await expect(form).to_contain_text("The portrait is hidden, and")
    await browser.page.keyboard.press("Escape")
    await browser.page.keyboard.press("Escape")
    await expect(browser.page.get_by_role("dialog")).to_have_count(0)
    message = await browser.wait_for_message("Candidate 2 was reported")
    await expect(message.get_by_role("img", name="2 hidden")).to_be_visible()
    await browser.screenshot("data-report-hidden", message)
    await browser.act_as("Lena Ortiz")
    await _open(browser, "Castroom")
    await browser.screenshot("data-report-notice", await browser.wait_for_message("reported candidate 2"))
    await _open(browser, "harbour-film")
    await browser.press(await browser.wait_for_message("Candidate 2 was reported"), "report_dismiss:2")
    message = await browser.wait_for_message("Casting Maya")
    await expect(message).not_to_contain_text("was reported")
    await _lock(browser, "Casting Maya", "Maya is cast")


async def _cast_from_photo(browser: BrowserSession) -> None:
    await browser.send("/cast Ben: her brother, 58, grey beard, oilskin --like photo --use film")
    modal = browser.page.get_by_role("dialog", name="Cast a face")
    picture = encode(draw_face("gpt-image-2.5-flare", "man, 58, grey beard", 7, 900, 1200), "image/png")
    await modal.get_by_label("Image: PNG").set_input_files(
        FilePayload(name="ben.png", mimeType="image/png", buffer=picture)
    )
    await modal.get_by_text("A photo of a real person", exact=True).click()
    await modal.get_by_text("They agreed to this use", exact=True).click()
    await modal.locator("footer .primary").click()
    await expect(modal).to_have_count(0)
    message = await browser.wait_for_message("Casting Ben")
    await browser.press(message, "vote:1")
    await _lock(browser, "Casting Ben", "Ben is cast")


async def _ask_for_other_use(browser: BrowserSession) -> None:
    await browser.send("/cast Carl: his son, 30, clean-shaven --like Ben --use advertising --each 1")
    question = await browser.wait_for_message("they must agree again")
    await browser.screenshot("data-consent-question", question)
    await browser.press(question, "consent_use")
    message = await browser.wait_for_message("Casting Carl")
    await expect(message.locator("[data-action='vote:1']")).to_be_visible()


async def _withdraw_consent(browser: BrowserSession) -> None:
    record = await browser.wait_for_message("Ben is cast")
    await browser.press(record, "withdraw_consent")
    dialog = browser.page.get_by_role("dialog")
    await browser.screenshot("data-consent-withdraw", dialog)
    await dialog.get_by_role("button", name="Withdraw").click()
    await browser.wait_for_message("Consent withdrawn on")


async def _delete_character(browser: BrowserSession) -> None:
    await browser.send("/cast delete Maya")
    form = browser.page.get_by_role("dialog", name="Delete character")
    await form.get_by_label("Type").fill("Maya")
    await form.get_by_label("Reason").fill("The production ended.")
    await browser.screenshot("data-delete-form", form)
    await form.locator("footer .primary").click()
    await expect(form).to_have_count(0)
    await browser.screenshot("data-delete-done", await browser.wait_for_message("was deleted with its portraits"))
    await _open(browser, "Castroom")
    await browser.screenshot("data-delete-report", await browser.wait_for_message("The character is deleted"))
    await _open(browser, "harbour-film")


async def _set_retention(browser: BrowserSession) -> None:
    await browser.send("/cast settings")
    form = browser.page.get_by_role("dialog", name="Settings")
    for label, days in (("Keep portraits", "180"), ("Keep who voted", "90")):
        await form.get_by_label(label).last.fill(days)
    await form.get_by_text("For the whole workspace").scroll_into_view_if_needed()
    await browser.screenshot("data-retention", form)
    await form.locator("footer .primary").click()
    await browser.screenshot("data-retention-saved", await browser.wait_for_message("Saved: how long the workspace"))


async def _open(browser: BrowserSession, place: str) -> None:
    """Open a channel, or the direct messages with the bot."""
    workspace = browser.page.get_by_role("navigation", name="Workspace")
    await workspace.get_by_role("button", name=re.compile(rf"^{place}(?! home)")).click()


async def _lock(browser: BrowserSession, casting: str, text: str) -> None:
    """Lock the leader as Lena, and wait for the record."""
    message = await browser.wait_for_message(casting)
    await expect(message.get_by_role("button", name="Lock 1")).to_be_visible()
    await browser.press(message, "lock", "Lock")
    record = await browser.wait_for_message(text)
    await expect(record.get_by_role("button", name="Re-cast")).to_be_visible()
