"""A Chromium on the practice page: types, votes and locks as a person does, and takes pictures of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Locator, Page, ViewportSize, async_playwright, expect

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 60_000
_USUAL: ViewportSize = {"width": 1280, "height": 900}
# Tall enough for a whole message, so that its picture is not cut by the edge of the page.
_TALL: ViewportSize = {"width": 1000, "height": 1500}


def chromium() -> str | None:
    """The browser of this machine, if there is one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@asynccontextmanager
async def screen(address: str, shots: Path, *, colours: Literal["light", "dark"] = "light") -> AsyncIterator["Screen"]:
    """The page at `address` in a window of 1280 by 900; pictures go to `shots`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(_QUIETLY))
        page = await browser.new_page(viewport=_USUAL, color_scheme=colours)
        page.set_default_timeout(_PATIENCE)
        expect.set_options(timeout=_PATIENCE)
        await page.goto(address)
        yield Screen(page, shots)
        await browser.close()


class Screen:
    """What one person sees and does."""

    def __init__(self, page: Page, shots: Path) -> None:
        self.page = page
        self._shots = shots

    async def be(self, name: str) -> None:
        """Act as another of the practice people."""
        await self.page.get_by_role("radio", name=name).check(force=True)
        seat = self.page.get_by_role("main", name=f"As {name}")
        await expect(seat.get_by_role("article").first).to_be_visible()

    async def send(self, line: str) -> None:
        await self.page.get_by_role("combobox").first.fill(line)
        await self.page.get_by_role("combobox").first.press("Enter")

    async def says(self, words: str) -> Locator:
        """The newest message that says `words`, once it does."""
        message = self.page.get_by_role("article").filter(has_text=words).last
        await expect(message).to_be_visible()
        return message

    async def press(self, message: Locator, action_id: str, sure: str | None = None) -> None:
        """A button of a message; `sure` is the button of the question it asks."""
        await message.locator(f"[data-action='{action_id}']").click()
        if sure:
            await self.page.get_by_role("dialog").get_by_role("button", name=sure).click()

    async def react(self, message: Locator, name: str) -> None:
        chip = message.locator(f"[data-reaction={name}]")
        await chip.click()
        await expect(chip).to_have_attribute("aria-pressed", "true")

    async def settled(self) -> None:
        """Every picture loaded, every transition over."""
        await self.page.wait_for_load_state("networkidle")
        await self.page.wait_for_timeout(400)

    async def shot(self, name: str, of: Locator | None = None) -> Path:
        """A picture of the page, or of one part of it."""
        await self.settled()
        path = self._shots / f"{name}.png"
        if of is None:
            await self.page.screenshot(path=path)
        else:
            await self.page.set_viewport_size(_TALL)
            await self.settled()
            await of.screenshot(path=path)
            await self.page.set_viewport_size(_USUAL)
        await asyncio.to_thread(lighten, path)
        return path


def lighten(path: Path) -> None:
    """The same picture in 256 colours: a third of its bytes, and no difference that anybody sees."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
