"""The listeners in the real Bolt app, with a loopback Slack and use cases that give prepared answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.domain.brief import MIN_VOTING_TIME
from bot.usecases.casting import Casting
from bot.usecases.ports import Ports, utc_now
from handlers import register
from handlers.slack.clients import make_authorize
from handlers.slack.directory import SlackDirectory
from handlers.slack.middleware import EnvelopeValidation
from handlers.text import errors
from tests.support.builders import CATALOGUE, make_round
from tests.support.fake_slack_server import FakeSlackServer, fake_slack_server
from tests.support.in_memory import InMemoryRepositories
from tests.support.time_factor import scaled

_ACK_SECONDS = 3.0  # what Bolt waits, in wall-clock time


@dataclass
class StubUseCases:
    """Use cases that return or raise the prepared `answers`, and record their calls in order."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def casting(self) -> Casting:
        held = {name: _StubUseCase(name, self) for name in vars(Casting(cast("Ports", None)))}
        return cast(
            "Casting",
            SimpleNamespace(**{**held, "catalogue": CATALOGUE, "now": utc_now, "shortest_voting": MIN_VOTING_TIME}),
        )


class _StubUseCase:
    def __init__(self, name: str, stub: StubUseCases) -> None:
        self._name = name
        self._stub = stub

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        name = f"{self._name}.{method}"

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._stub.calls.append((name, *args, *kwargs.values()))
            answer = self._stub.answers.get(name)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


@dataclass
class ListenerHarness:
    """An app with all listeners, to send payloads to."""

    slack: FakeSlackServer
    use_cases: StubUseCases
    app: AsyncApp

    async def send(self, body: dict[str, Any]) -> BoltResponse:
        """Deliver a payload as Socket Mode does, wait for its listener, and return the ack."""
        body = body | ({"response_url": self.slack.response_url} if "response_url" in body else {})
        response = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        await asyncio.gather(*_listener_tasks())
        return response


@asynccontextmanager
async def listener_harness(
    repositories: InMemoryRepositories | None = None, **answers: Any
) -> AsyncIterator[ListenerHarness]:
    """Open a harness; the keys of `answers` name use case and method, as in `start_round__start=...`."""
    use_cases = StubUseCases({name.replace("__", "."): result for name, result in answers.items()})
    async with fake_slack_server() as slack:
        clients = slack.clients
        app = AsyncApp(
            name="listeners",  # else Bolt goes through all imported modules to find one
            client=slack.client(),
            authorize=make_authorize(clients),  # type: ignore[arg-type] # Bolt takes None for "nobody"
            before_authorize=EnvelopeValidation(clients),
            user_facing_authorize_error_message=errors.WORKSPACE_UNKNOWN,
        )
        register(
            app,
            use_cases.casting(),
            (repositories or InMemoryRepositories(make_round())).storage,
            SlackDirectory(clients),
            clients,
        )
        for listener in app._async_listeners:
            listener.ack_timeout = round(scaled(_ACK_SECONDS))
        yield ListenerHarness(slack, use_cases, app)


def _listener_tasks() -> set[asyncio.Task[Any]]:
    """Return the tasks in which Bolt runs listeners; they continue after the ack."""
    return {task for task in asyncio.all_tasks() if "run_ack_function" in getattr(task.get_coro(), "__qualname__", "")}
