"""A practice workspace on a free port, and its clients."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.app import build
from playground.seed_data import APP_TOKEN, HARBOUR, INSTALLS, SIGNING_SECRET
from tests.support.practice_models import NO_TLS
from tests.support.time_factor import scaled, time_factor

T = TypeVar("T")


@dataclass(frozen=True)
class PracticeWorkspace:
    """A running workspace: its address, its control API, and a Slack client with the app's token."""

    address: str
    http: httpx.AsyncClient
    slack: AsyncWebClient

    async def act(self, person: str, action: str, **body: object) -> Any:
        return (await self.http.post(f"/control/people/{person}/{action}", json=body)).json()

    async def post(self, path: str, **body: object) -> Any:
        answer = await self.http.post(f"/control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def get(self, path: str, **query: str) -> Any:
        return (await self.http.get(f"/control/{path}", params=query)).json()

    async def messages(self, channel: str = HARBOUR) -> list[Any]:
        rows: list[Any] = (await self.get("state", channel=channel))["messages"][channel]
        return rows

    async def wait_for(self, probe: Callable[[], Awaitable[T]]) -> T:
        """Poll `probe` until it returns something true, and return that."""
        async with asyncio.timeout(scaled(5)):
            while not (found := await probe()):
                await asyncio.sleep(0.02)
        return found

    async def api_error(self, method: str, **arguments: object) -> Any:
        """Return the body of a response that must be a refusal."""
        with pytest.raises(SlackApiError) as caught:
            await self.slack.api_call(method, json=arguments)
        return caught.value.response.data

    def bolt_app(self) -> AsyncApp:
        """Make a real Bolt app for this workspace."""
        return AsyncApp(client=self.slack, signing_secret=SIGNING_SECRET)

    @asynccontextmanager
    async def connected(self, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
        """Connect the app over Socket Mode."""
        handler = AsyncSocketModeHandler(app, APP_TOKEN)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            yield handler
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def wait_until(condition: Callable[[], Any], seconds: float = 3.0) -> Any:
    """Waits until `found` gives something."""
    async with asyncio.timeout(scaled(seconds)):
        while not (value := condition()):
            await asyncio.sleep(0.01)
        return value


async def processed_file(client: AsyncWebClient, file_id: str) -> Any:
    """Wait until Slack has processed a file; return its object."""
    async with asyncio.timeout(scaled(5)):
        while not (file := (await client.files_info(file=file_id))["file"])["mimetype"]:
            await asyncio.sleep(scaled(0.05))  # Slack counts these calls
    return file


@asynccontextmanager
async def open_practice_workspace(data: Path) -> AsyncIterator[PracticeWorkspace]:
    runner = web.AppRunner(build(data, speed=50), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        slack = AsyncWebClient(token=INSTALLS[0].token, base_url=f"{address}/slack/api/")
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=scaled(20), verify=NO_TLS) as http:
            opened = PracticeWorkspace(address, http, slack)
            if time_factor() > 1:
                await opened.post("slack/settings", ack_seconds=scaled(3), trigger_seconds=scaled(3))
            yield opened
    finally:
        await runner.cleanup()
