"""A practice workspace and a Chromium that looks at it."""

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from slack_sdk.web.async_client import AsyncWebClient

from playground.app import build

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# One process of the page, no calls to anybody's servers.
QUIETLY = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FILM = "C0HARBOURFILM"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Workspace:
    """A running practice workspace: its address, the bot's client, its control door."""

    address: str
    environment: dict[str, str]
    slack: AsyncWebClient
    session: ClientSession

    async def see(self, path: str) -> dict[str, Any]:
        async with self.session.get(f"{self.address}/control/{path}") as answer:
            return await _json(answer)

    async def do(self, path: str, **body: object) -> dict[str, Any]:
        async with self.session.post(f"{self.address}/control/{path}", json=body) as answer:
            return await _json(answer)

    async def post(self, text: str = "", blocks: Sequence[dict[str, Any]] | None = None, **more: Any) -> str:
        """The bot says something in #harbour-film; returns the message's ts."""
        answer = await self.slack.chat_postMessage(channel=FILM, text=text, blocks=blocks, **more)
        return str(answer["ts"])

    async def upload(self, *pictures: tuple[str, bytes], **where: Any) -> list[str]:
        """Three steps per file, one completion; returns the ids."""
        ids = []
        for name, content in pictures:
            place = await self.slack.files_getUploadURLExternal(filename=name, length=len(content))
            async with self.session.post(str(place["upload_url"]), data=content) as answer:
                assert answer.status == 200
            ids.append(str(place["file_id"]))
        files: list[dict[str, str | None]] = [
            {"id": key, "title": name} for key, (name, _) in zip(ids, pictures, strict=True)
        ]
        await self.slack.files_completeUploadExternal(files=files, **where)
        return ids


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starting Chromium takes seconds: all tests here share one, and with it one event loop."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture(loop_scope="session")
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    """Empty, on a free port, files ready at once and no rates in the way."""
    runner = web.AppRunner(build(tmp_path / "practice", speed=50), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = "http://{}:{}".format(*runner.addresses[0][:2])
    async with ClientSession() as session, session.get(f"{address}/control/env") as answer:
        environment = await answer.json()
        slack = AsyncWebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_BASE_URL"])
        workspace = Workspace(address, environment, slack, session)
        await workspace.do("slack/settings", file_ready_seconds=0)
        await workspace.do("slack/rates", enabled=False)
        yield workspace
    await runner.cleanup()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The Chromium of this machine, without a window; the test is skipped where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)})")
    environment: dict[str, str | float | bool] = {"HOME": os.environ.get("HOME", "/")}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIETLY, env=environment)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def chromium_page(chromium: Browser) -> AsyncIterator[Page]:
    """A page of 1280 by 800; an error in its script fails the test."""
    context = await new_context(chromium)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield page
    await context.close()
    assert errors == []


async def new_context(browser: Browser, width: int = 1280, height: int = 800, **more: Any) -> BrowserContext:
    """A fresh visitor, with nothing remembered; impatient, so that a missing thing fails soon."""
    context = await browser.new_context(viewport={"width": width, "height": height}, **more)
    context.set_default_timeout(8000)
    return context


async def _json(answer: Any) -> dict[str, Any]:
    body: dict[str, Any] = await answer.json()
    return body
