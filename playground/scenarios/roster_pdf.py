"""The roster as a PDF for people without Slack."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import expect

from playground.scenarios.browser import BrowserSession, reduce_colors

_CHARACTERS = {
    "Maya": "weathered 60-year-old fisherwoman, deep crow's feet, grey plait",
    "Tomas": "harbour master, 50, wind-burnt, one eyebrow higher than the other",
    "Vera": "ferry captain, 45, short dark hair, calm",
}
_GAP, _PAGE_WIDTH = 24, 460


async def play(browser: BrowserSession) -> None:
    """Lena casts three characters and shares their PDF, marked for review; poppler draws its pages."""
    for name, brief in _CHARACTERS.items():
        await browser.send(f"/cast {name}: {brief} --models recraft --each 2")
        message = await browser.wait_for_message(f"Casting {name}")
        await browser.press(message, "vote:1")
        await expect(message.get_by_role("button", name="Lock 1")).to_be_visible()
        await browser.press(message, "lock", "Lock")
        await browser.wait_for_message(f"{name} is cast")
    await browser.send("/cast share roster --review --watermark The Quay")
    await browser.wait_for_message("PDF")
    base = await browser.page.evaluate("location.origin")
    pdf = b""
    while not pdf:
        state = await (await browser.page.request.get(f"{base}/control/state")).json()
        found = [file["id"] for file in state["files"].values() if file["name"].endswith(".pdf")]
        if found:
            pdf = await (await browser.page.request.get(f"{base}/control/files/{found[0]}")).body()
        await asyncio.sleep(0.2)
    await asyncio.to_thread(_draw_pages, pdf, browser.path_of("roster-pdf"))


def _draw_pages(pdf: bytes, path: Path) -> None:
    """Draw the pages beside each other."""
    if (pdftoppm := shutil.which("pdftoppm")) is None:
        print("The picture of the PDF needs pdftoppm (Debian: apt-get install poppler-utils).", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "roster.pdf"
        source.write_bytes(pdf)
        command = [pdftoppm, "-png", "-r", "110", str(source), f"{folder}/page"]
        subprocess.run(command, check=True)  # noqa: S603 - the program and its arguments are this file's
        pages = [Image.open(page).convert("RGB") for page in sorted(Path(folder).glob("page*.png"))]
    height = round(_PAGE_WIDTH * pages[0].height / pages[0].width)
    montage = Image.new("RGB", (len(pages) * (_PAGE_WIDTH + _GAP) + _GAP, height + 2 * _GAP), "#c8c8cc")
    for number, page in enumerate(pages):
        left = _GAP + number * (_PAGE_WIDTH + _GAP)
        montage.paste(page.resize((_PAGE_WIDTH, height), Image.Resampling.LANCZOS), (left, _GAP))
    montage.save(path)
    reduce_colors(path)
