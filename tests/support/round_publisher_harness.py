"""The round publisher over a loopback Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from handlers.slack.directory import SlackDirectory
from handlers.slack.round_publisher import SlackRoundPublisher
from tests.support.builders import CATALOGUE
from tests.support.fake_slack_server import FakeSlackServer, fake_slack_server
from tests.support.in_memory import InMemoryRepositories


@asynccontextmanager
async def open_publisher(
    repositories: InMemoryRepositories,
) -> AsyncIterator[tuple[FakeSlackServer, SlackRoundPublisher]]:
    async with fake_slack_server() as slack:
        publisher = hurried(slack, repositories)
        yield slack, publisher
        await publisher.close()


def hurried(slack: FakeSlackServer, memory: InMemoryRepositories) -> SlackRoundPublisher:
    """A publisher with short delays."""
    return SlackRoundPublisher(
        slack.clients,
        memory.storage,
        CATALOGUE,
        SlackDirectory(slack.clients),
        poll_delays=(0.001, 0.001, 0.001),
        retry_delays=(0.001, 0.001),
    )
