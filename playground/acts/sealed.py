"""A sealed ballot from the message to the run-off, and what a channel without the bot is told."""

from playwright.async_api import Locator, expect

from playground.screen import Screen

_LINE = "/cast Maya: weathered 60-year-old fisherwoman, deep crow's feet, grey plait --ballot sealed"


async def play(shown: Screen) -> None:
    """Daniel and Mei fill in their ballots, two faces are level, and a run-off decides."""
    await shown.send(_LINE)
    message = await shown.says("Casting Maya")
    await expect(message.locator("[data-action=paper]")).to_be_visible()
    await expect(message).to_contain_text("2 replies")
    await shown.be("Daniel Okafor")
    modal = await _opened(shown)
    await _tick(modal, 2)
    await modal.get_by_role("group", name="What gives it away?").first.get_by_label("too smooth").check()
    await shown.shot("sealed-paper")
    await _put_in(modal)
    await shown.shot("sealed-in", modal)
    await _shut(modal)
    await shown.be("Mei Tanaka")
    modal = await _opened(shown)
    await _tick(modal, 3)
    await _put_in(modal)
    await _shut(modal)
    await shown.be("Lena Ortiz")
    message = await shown.says("2 people voted")
    await shown.shot("sealed-voting", message)
    await shown.press(message, "close", sure="Close voting")
    message = await shown.says("voting is closed")
    await shown.shot("sealed-closed", message)
    await shown.press(message, "run_off")
    message = await shown.says("run-off: 2 or 3?")
    await shown.press(message, "choose:3")
    await expect(message).to_contain_text("1 person voted")
    await shown.shot("sealed-run-off", message)
    await shown.page.get_by_role("button", name="general").click()
    await shown.send("/cast Ben: a cook with salt on his hands")
    await shown.shot("start-not-invited", await shown.says("/invite"))


async def _opened(shown: Screen) -> Locator:
    await shown.press(await shown.says("Casting Maya"), "paper")
    modal = shown.page.get_by_role("dialog", name="Your ballot")
    await expect(modal).to_contain_text("Candidate 1")
    return modal


async def _tick(modal: Locator, number: int) -> None:
    boxes = modal.get_by_role("group", name=f"Candidate {number}")
    await boxes.get_by_label("Reads human").check()
    await boxes.get_by_label("Reads as Maya").check()


async def _put_in(modal: Locator) -> None:
    await modal.locator("footer .primary").click()
    await expect(modal).to_contain_text("is in")


async def _shut(modal: Locator) -> None:
    await modal.get_by_role("button", name="Close").first.click()
    await expect(modal).to_have_count(0)
