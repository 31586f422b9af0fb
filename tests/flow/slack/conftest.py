"""One practice workspace and one bot for each worker, emptied for each test module.

A module with BOT_SETTINGS gets processes of its own, the bot with these variables: for modules that need other
settings, or that stop the bot. MODEL_SECONDS is how long its models take; with REAL_PACE they and Slack's rate limits
stay as they are.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.practice_environment import PracticeEnvironment, SharedEnvironment, practice_environment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The shared processes belong to one event loop."""
    for item in items:
        if item.path.parent == Path(__file__).parent and "workspace" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_environment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SharedEnvironment]:
    shared = SharedEnvironment(tmp_path_factory)
    yield shared
    await shared.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workspace(
    request: pytest.FixtureRequest,
    shared_environment: SharedEnvironment,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[PracticeEnvironment]:
    """A workspace and a bot in which nothing has happened yet."""
    settings: dict[str, str] | None = getattr(request.module, "BOT_SETTINGS", None)
    if settings is None:
        opened = await shared_environment.reset()
        await _set_pace(opened, request)
        yield opened
    else:
        async with practice_environment(tmp_path_factory.mktemp("workspace"), settings) as opened:
            await _set_pace(opened, request)
            yield opened


async def _set_pace(workspace: PracticeEnvironment, request: pytest.FixtureRequest) -> None:
    if getattr(request.module, "REAL_PACE", False):
        return
    await workspace.speed_up()
    if seconds := getattr(request.module, "MODEL_SECONDS", None):
        await workspace.control_client.post("models/*/latency", {"least": seconds, "most": seconds})
        await workspace.control_client.post("slack/settings", {"file_ready_seconds": 0})
