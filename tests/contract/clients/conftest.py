"""The practice workspace on a free port for each test, for the vendors' own clients: only the address and the key are
ours.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from playground.app import build
from tests.support.control_client import ControlClient
from tests.support.practice_models import DRAWN_SIDE


@pytest.fixture
async def runner(tmp_path: Path) -> AsyncIterator[web.AppRunner]:
    """The whole workspace without a port, at five hundred times the usual speed."""
    runner = web.AppRunner(build(tmp_path, speed=500, drawn_side=DRAWN_SIDE), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    yield runner
    await runner.cleanup()


@pytest.fixture
async def control_client(runner: web.AppRunner) -> ControlClient:
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return ControlClient(f"http://127.0.0.1:{runner.addresses[0][1]}")
