"""A Chromium on the practice page that types, votes, locks and takes screenshots."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Locator, Page, ViewportSize, async_playwright, expect

_EXECUTABLES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_TIMEOUT_MS = 60_000
_DEFAULT_VIEWPORT: ViewportSize = {"width": 1280, "height": 900}
# Tall enough for a whole message, so that the window does not cut its screenshot.
_TALL_VIEWPORT: ViewportSize = {"width": 1000, "height": 1800}


def find_chromium() -> str | None:
    """Return this machine's Chromium, if there is one."""
    return next(filter(None, map(shutil.which, _EXECUTABLES)), None)


@asynccontextmanager
async def open_browser(
    address: str, screenshot_folder: Path, *, color_scheme: Literal["light", "dark"] = "light"
) -> AsyncIterator["BrowserSession"]:
    """Open the page at `address` in a window of 1280 by 900; screenshots go to `screenshot_folder`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(_CHROMIUM_FLAGS))
        page = await browser.new_page(viewport=_DEFAULT_VIEWPORT, color_scheme=color_scheme)
        page.set_default_timeout(_TIMEOUT_MS)
        expect.set_options(timeout=_TIMEOUT_MS)
        await page.goto(address)
        yield BrowserSession(page, screenshot_folder)
        await browser.close()


class BrowserSession:
    """One person in the browser."""

    def __init__(self, page: Page, screenshot_folder: Path) -> None:
        self.page = page
        self._screenshot_folder = screenshot_folder

    async def act_as(self, name: str) -> None:
        """Switch to another of the practice people, and wait for the messages that they see."""
        main_panel = await self.switch_person(name)
        await expect(main_panel.get_by_role("article").first).to_be_visible()

    async def switch_person(self, name: str) -> Locator:
        """Switch to a person, once no dialog covers the page; return what the page then shows as theirs.

        The radio button gets the click itself: it moves when somebody joins, and its circle is hidden.
        """
        await expect(self.page.locator("dialog[open]")).to_have_count(0)
        await self.page.get_by_role("radio", name=name).dispatch_event("click")
        main_panel = self.page.get_by_role("main", name=f"As {name}")
        await expect(main_panel).to_be_visible()
        return main_panel

    async def send(self, line: str) -> None:
        await self.page.get_by_role("combobox").first.fill(line)
        await self.page.get_by_role("combobox").first.press("Enter")

    async def wait_for_message(self, text: str) -> Locator:
        """Wait for a message that contains `words`, and return the newest."""
        message = self.page.get_by_role("article").filter(has_text=text).last
        await expect(message).to_be_visible()
        return message

    async def press(self, message: Locator, action_id: str, confirm_button: str | None = None) -> None:
        """Press a message's button, and then `confirm_button` in its confirmation dialog.

        The button gets the click itself: a redraw may move it away from the place where the pointer goes down.
        """
        button = message.locator(f"[data-action='{action_id}']")
        await button.click(trial=True)
        await button.dispatch_event("click")
        if confirm_button:
            await self.page.get_by_role("dialog").get_by_role("button", name=confirm_button).click()

    async def react(self, message: Locator, name: str) -> None:
        chip = message.locator(f"[data-reaction={name}]")
        await chip.click(trial=True)
        await chip.dispatch_event("click")
        await expect(chip).to_have_attribute("aria-pressed", "true")

    async def wait_until_idle(self) -> None:
        """Wait until all pictures are loaded and all transitions are over."""
        await self.page.wait_for_load_state("networkidle")
        await self.page.wait_for_timeout(400)

    def path_of(self, name: str) -> Path:
        """Return where a picture of this name belongs."""
        return self._screenshot_folder / f"{name}.png"

    async def screenshot_page(self, name: str) -> None:
        """Take a screenshot of the whole page, also of what is below the window."""
        await self.wait_until_idle()
        await self.page.screenshot(path=self.path_of(name), full_page=True)
        await asyncio.to_thread(reduce_colors, self.path_of(name))

    async def screenshot(self, name: str, element: Locator | None = None) -> Path:
        """Take a screenshot of the page or of a part of it."""
        await self.wait_until_idle()
        path = self.path_of(name)
        if element is None:
            await self.page.screenshot(path=path)
        else:
            await self.page.set_viewport_size(_TALL_VIEWPORT)
            await self.wait_until_idle()
            await element.screenshot(path=path)
            await self.page.set_viewport_size(_DEFAULT_VIEWPORT)
        await asyncio.to_thread(reduce_colors, path)
        return path


def reduce_colors(path: Path) -> None:
    """Reduce a picture to 256 colours: a third of the bytes without a visible difference."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
