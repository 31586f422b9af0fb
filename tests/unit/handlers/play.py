"""The listeners on a stage of their own: the real Bolt app, a loopback Slack, and use cases that answer as told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.brief import SHORTEST
from bot.casting import Casting, utc_now
from handlers import register
from handlers.clients import authorizing
from handlers.visibility import SlackVisibility
from handlers.words import workspaces
from tests.unit.handlers.little_slack import LittleSlack, little_slack
from tests.unit.handlers.memory import Memory
from tests.unit.handlers.stories import CATALOGUE, a_round


@dataclass
class Script:
    """What each use case answers (a value, or an error to raise), and what each was asked, in order."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def casting(self) -> Casting:
        rest = (
            "spending",
            "home",
            "finishing",
            "taking",
            "permits",
            "recasting",
            "history",
            "rerolling",
            "refining",
            "looking",
            "aliases",
            "lineup",
            "drafting",
            "keeping",
        )
        parts = ("opening", "posting", "audition", "voting", "sealing", "locking", "recall", *rest)
        held = {name: _Part(name, self) for name in parts}
        return cast("Casting", SimpleNamespace(catalogue=CATALOGUE, now=utc_now, shortest_voting=SHORTEST, **held))


class _Part:
    def __init__(self, name: str, script: Script) -> None:
        self._name = name
        self._script = script

    def __getattr__(self, deed: str) -> Callable[..., Awaitable[Any]]:
        name = f"{self._name}.{deed}"

        async def asked(*args: Any, **named: Any) -> Any:
            self._script.asked.append((name, *args, *named.values()))
            answer = self._script.answers.get(name)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return asked


@dataclass
class Play:
    """One app that listens."""

    slack: LittleSlack
    script: Script
    app: AsyncApp

    async def send(self, body: dict[str, Any]) -> BoltResponse:
        """Deliver a payload as Socket Mode does; Slack's view of the ack comes back, the work is waited for."""
        body = body | ({"response_url": self.slack.response_url} if "response_url" in body else {})
        response = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        await asyncio.gather(*_listeners())
        return response


@asynccontextmanager
async def a_play(memory: Memory | None = None, **answers: Any) -> AsyncIterator[Play]:
    """`answers` by use case, `opening__open_round=...`."""
    script = Script({name.replace("__", "."): answer for name, answer in answers.items()})
    async with little_slack() as slack:
        clients = slack.clients
        app = AsyncApp(
            client=slack.client(),
            authorize=authorizing(clients),  # type: ignore[arg-type] # Bolt takes None for "nobody"
            user_facing_authorize_error_message=workspaces.UNKNOWN,
        )
        register(app, script.casting(), (memory or Memory(a_round())).rounds, SlackVisibility(clients), clients)
        yield Play(slack, script, app)


def _listeners() -> set[asyncio.Task[Any]]:
    """Bolt runs each listener as a task of its own, which goes on after the ack."""
    return {task for task in asyncio.all_tasks() if "run_ack_function" in getattr(task.get_coro(), "__qualname__", "")}
