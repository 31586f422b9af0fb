"""`python -m playground pictures`: plays the scenarios and saves the screenshots of README and docs."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import expect

from playground.demo import DEMO_COMMAND, running_demo
from playground.processes import ROOT
from playground.scenarios import (
    block_fallback,
    callback,
    cast_many,
    character_sheet,
    comments,
    data_controls,
    door_tokens,
    flaw_tags,
    home,
    look_alikes,
    monitoring_board,
    named_voters,
    passport_details,
    production_settings,
    reaudition,
    record,
    reminders,
    reroll,
    roster_pdf,
    round_form,
    sealed_ballot,
    targets,
    weaknesses,
    webhooks,
)
from playground.scenarios.browser import BrowserSession, find_chromium, open_browser

Scenario = Callable[[BrowserSession], Awaitable[object]]

# Each scenario runs in its own new workspace and names its screenshots itself.
SCENARIOS: tuple[Scenario, ...] = (
    round_form.play,
    cast_many.play,
    comments.play,
    flaw_tags.play,
    named_voters.play,
    passport_details.play,
    reminders.play,
    reroll.play,
    record.play,
    character_sheet.play,
    callback.play,
    reaudition.play,
    home.play,
    look_alikes.play,
    production_settings.play,
    door_tokens.play,
    sealed_ballot.play,
    weaknesses.play,
    data_controls.play,
    roster_pdf.play,
    monitoring_board.play,
    block_fallback.play,
    targets.play,
    webhooks.play,
)
# Scenarios whose bot has its own settings.
SETTINGS: Mapping[Scenario, Mapping[str, str]] = {
    reminders.play: reminders.SETTINGS,
    door_tokens.play: door_tokens.SETTINGS,
    data_controls.play: data_controls.SETTINGS,
    monitoring_board.play: monitoring_board.SETTINGS,
    weaknesses.play: weaknesses.SETTINGS,
}


@dataclass(frozen=True)
class MainFlowTexts:
    """The texts that people read at the end of each step."""

    drawing: str
    voting: str
    record: str
    recalled: str


async def take_screenshots(folder: Path = ROOT / "docs" / "pictures") -> int:
    """Take every screenshot again; return the exit status."""
    if find_chromium() is None:
        print("The pictures need a Chromium on this machine (Debian: apt-get install chromium).", file=sys.stderr)
        return 1
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    for scenario in (play, *SCENARIOS):
        with tempfile.TemporaryDirectory() as data:
            demo = running_demo(Path(data), 0, 1.0, **SETTINGS.get(scenario, {}))
            async with demo as running, open_browser(running.workspace.address, folder) as browser:
                await scenario(browser)
    for picture in sorted(await asyncio.to_thread(lambda: list(folder.glob("*.png")))):
        print(picture.relative_to(ROOT) if picture.is_relative_to(ROOT) else picture)
    return 0


async def play(browser: BrowserSession) -> MainFlowTexts:
    """Lena casts Maya, Daniel reacts, Mei votes, Lena locks, Mei recalls; a screenshot of each step."""
    await browser.screenshot("0-first-look")
    await browser.send(DEMO_COMMAND)
    message = await browser.wait_for_message("Casting Maya")
    drawing = await message.inner_text()
    await browser.screenshot("1-drawing")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await expect(message.locator("[data-reaction=four]")).to_be_visible()
    await browser.screenshot("2-sheet", message)
    await browser.act_as("Daniel Okafor")
    message = await browser.wait_for_message("Casting Maya")
    await browser.react(message, "two")
    # A redraw while the next button is pressed would move it away under the pointer.
    await expect(message.locator("[data-action='vote:2']")).to_contain_text("2 · 1")
    await browser.act_as("Mei Tanaka")
    message = await browser.wait_for_message("Casting Maya")
    await browser.press(message, "vote:2")
    await expect(message.locator("[data-action='vote:2']")).to_contain_text("2 · 2")
    await browser.press(message, "vote:4")
    await expect(message.locator("[data-action='vote:4']")).to_contain_text("4 · 1")
    await expect(message).to_contain_text("2 people voted")
    await browser.act_as("Lena Ortiz")
    message = await browser.wait_for_message("Casting Maya")
    await browser.press(message, "vote:2")
    await expect(message).to_contain_text("3 people voted")
    voting = await message.inner_text()
    await browser.screenshot("3-voting", message)
    await expect(message.locator("[data-action=lock]")).to_contain_text("2")
    await browser.press(message, "lock")
    await browser.screenshot("4-lock")
    await browser.page.get_by_role("dialog").get_by_role("button", name="Lock").click()
    record = await browser.wait_for_message("Maya is cast")
    await expect(record.get_by_role("img").first).to_be_visible()
    await expect(record.get_by_role("button", name="Details")).to_be_visible()
    await browser.screenshot("5-record", record)
    record_text = await record.inner_text()
    await browser.act_as("Mei Tanaka")
    await browser.wait_for_message("Maya is cast")
    await browser.send("/cast maya")
    answer = await browser.wait_for_message("Share here")
    await browser.screenshot("6-recall", answer)
    return MainFlowTexts(drawing, voting, record_text, await answer.inner_text())
