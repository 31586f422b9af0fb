"""`python -m playground pictures`: plays the main job on the page and keeps the pictures of README and docs."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import expect

from playground.acts import form, home, later, record, redrawing, sealed, settings, sturdy, voters
from playground.demo import LINE, together
from playground.processes import ROOT
from playground.screen import Screen, chromium, screen

Act = Callable[[Screen], Awaitable[object]]

# Each is played in a workspace of its own, on its first day; every one names its pictures itself.
ACTS: tuple[Act, ...] = (
    form.play,
    voters.play,
    later.play,
    redrawing.play,
    record.play,
    home.play,
    settings.play,
    sealed.play,
    sturdy.play,
)
# Acts whose bot has settings of its own.
SETTINGS: Mapping[Act, Mapping[str, str]] = {later.play: later.SETTINGS}


@dataclass(frozen=True)
class Played:
    """What the people on the page read at the end of each act."""

    drawing: str
    voting: str
    record: str
    recalled: str


async def take_pictures(into: Path = ROOT / "docs" / "pictures") -> int:
    """Make every picture afresh; the exit status."""
    if chromium() is None:
        print("The pictures need a Chromium on this machine (Debian: apt-get install chromium).", file=sys.stderr)
        return 1
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    for act in (play, *ACTS):
        with tempfile.TemporaryDirectory() as data:
            running = together(Path(data), 0, 1.0, **SETTINGS.get(act, {}))
            async with running as both, screen(both.workspace.address, into) as shown:
                await act(shown)
    for picture in sorted(await asyncio.to_thread(lambda: list(into.glob("*.png")))):
        print(picture.relative_to(ROOT) if picture.is_relative_to(ROOT) else picture)
    return 0


async def play(shown: Screen) -> Played:
    """Lena casts Maya, Daniel reacts, Mei taps, Lena locks, Mei recalls; a picture of each step."""
    await shown.shot("0-first-look")
    await shown.send(LINE)
    message = await shown.says("Casting Maya")
    drawing = await message.inner_text()
    await shown.shot("1-drawing")
    await expect(message.get_by_role("button", name="Close voting")).to_be_visible()
    await expect(message.locator("[data-reaction=four]")).to_be_visible()
    await shown.shot("2-sheet", message)
    await shown.be("Daniel Okafor")
    message = await shown.says("Casting Maya")
    await shown.react(message, "two")
    await shown.be("Mei Tanaka")
    message = await shown.says("Casting Maya")
    await shown.press(message, "vote:2")
    await shown.press(message, "vote:4")
    await expect(message).to_contain_text("2 people voted")
    await shown.be("Lena Ortiz")
    message = await shown.says("Casting Maya")
    await shown.press(message, "vote:2")
    await expect(message).to_contain_text("3 people voted")
    voting = await message.inner_text()
    await shown.shot("3-voting", message)
    await expect(message.locator("[data-action=lock]")).to_contain_text("2")
    await shown.press(message, "lock")
    await shown.shot("4-lock")
    await shown.page.get_by_role("dialog").get_by_role("button", name="Lock").click()
    record = await shown.says("Maya is cast")
    await expect(record.get_by_role("img").first).to_be_visible()
    await expect(record.get_by_role("button", name="Facts")).to_be_visible()
    await shown.shot("5-record", record)
    told = await record.inner_text()
    await shown.be("Mei Tanaka")
    await shown.says("Maya is cast")
    await shown.send("/cast maya")
    answer = await shown.says("Share here")
    await shown.shot("6-recall", answer)
    return Played(drawing, voting, told, await answer.inner_text())
