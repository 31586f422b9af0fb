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
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from slack_sdk.web.async_client import AsyncWebClient

from playground.app import build
from tests.support.time_factor import scaled

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# One process of the page, no calls to anybody's servers.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FILM = "C0HARBOURFILM"
BROWSER_TESTS = Path(__file__).parent

expect.set_options(timeout=scaled(5_000))


@dataclass(frozen=True)
class PracticeWorkspace:
    """A running practice workspace: its address, the bot's client, its control door."""

    address: str
    environment: dict[str, str]
    slack: AsyncWebClient
    session: ClientSession

    async def get_control(self, path: str) -> dict[str, Any]:
        async with self.session.get(f"{self.address}/control/{path}") as response:
            return await _read_json(response)

    async def post_control(self, path: str, **body: object) -> dict[str, Any]:
        async with self.session.post(f"{self.address}/control/{path}", json=body) as response:
            return await _read_json(response)

    async def post_message(self, text: str = "", blocks: Sequence[dict[str, Any]] | None = None, **extra: Any) -> str:
        """The bot says something in #harbour-film; returns the message's ts."""
        response = await self.slack.chat_postMessage(channel=FILM, text=text, blocks=blocks, **extra)
        return str(response["ts"])

    async def upload(self, *pictures: tuple[str, bytes], **target: Any) -> list[str]:
        """Three steps per file, one completion; returns the ids."""
        ids = []
        for name, content in pictures:
            upload_target = await self.slack.files_getUploadURLExternal(filename=name, length=len(content))
            async with self.session.post(str(upload_target["upload_url"]), data=content) as response:
                assert response.status == 200
            ids.append(str(upload_target["file_id"]))
        files: list[dict[str, str | None]] = [
            {"id": file_id, "title": name} for file_id, (name, _) in zip(ids, pictures, strict=True)
        ]
        await self.slack.files_completeUploadExternal(files=files, **target)
        return ids


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starting Chromium takes seconds: all tests here share one, and with it one event loop."""
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture(loop_scope="session")
async def workspace(tmp_path: Path) -> AsyncIterator[PracticeWorkspace]:
    """Empty, on a free port, files ready at once and no rates in the way."""
    runner = web.AppRunner(build(tmp_path / "practice", speed=50), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = "http://{}:{}".format(*runner.addresses[0][:2])
    async with ClientSession() as session, session.get(f"{address}/control/env") as response:
        environment = await response.json()
        slack = AsyncWebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_BASE_URL"])
        workspace = PracticeWorkspace(address, environment, slack, session)
        await workspace.post_control("slack/settings", file_ready_seconds=0)
        await workspace.post_control("slack/rates", enabled=False)
        yield workspace
    await runner.cleanup()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The Chromium of this machine, without a window; the test is skipped where there is none."""
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(CHROMIUM_NAMES)})")
    environment: dict[str, str | float | bool] = {"HOME": os.environ.get("HOME", "/")}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS, env=environment)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def chromium_page(chromium: Browser) -> AsyncIterator[Page]:
    """A page of 1280 by 800; an error in its script fails the test."""
    context = await new_context(chromium)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    await context.close()
    assert errors == []


async def new_context(browser: Browser, width: int = 1280, height: int = 800, **options: Any) -> BrowserContext:
    """A fresh visitor, with nothing remembered; impatient, so that a missing thing fails soon."""
    context = await browser.new_context(viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(scaled(8000))
    return context


async def _read_json(response: Any) -> dict[str, Any]:
    body: dict[str, Any] = await response.json()
    return body
