"""Two bots in HTTP mode behind a reverse proxy, while Slack retries what was answered late: the main job."""

import asyncio
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from playground.control.client import buttons_of, text_of
from playground.processes import bot_environment, start_bot, stop, unused_port
from tests.support.fork_server import fork_python
from tests.support.ports import wait_for_port
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment
from tests.support.replicas import replica_settings
from tests.support.round_robin_proxy import Forwarded, RoundRobinProxy, round_robin_proxy
from tests.support.time_factor import scaled


class HttpReplicas(PracticeEnvironment):
    """A workspace that calls two bots through a proxy; `bot` is the first of them."""

    proxy: RoundRobinProxy

    async def start_bot(self, script: str | None = None, **extra: str) -> None:
        ports = {"one": unused_port(), "two": unused_port()}
        self.bots: dict[str, Process] = {}
        self._stack = AsyncExitStack()
        for name, port in ports.items():
            variables = bot_environment(self.data, await self.server.environment(), **self.extra, **extra)
            variables |= {"HTTP_PORT": str(port), "EXECUTOR_ID": name}
            del variables["SLACK_APP_TOKEN"]
            self.bots[name] = await start_bot(variables, self.data / f"{name}.log", script, fork_python)
        self.bot = self.bots["one"]
        for port in ports.values():
            await wait_for_port(port)
        late_seconds = scaled(3) + 1  # more than the workspace waits
        self.proxy, address = await self._stack.enter_async_context(
            round_robin_proxy(list(ports.values()), late_seconds)
        )
        answer = await self.control_client.post("slack/http", {"url": f"{address}/slack/events"})
        assert answer["ok"], answer

    async def stop(self) -> None:
        await stop(self.bots["two"])
        await super().stop()
        await self._stack.aclose()

    async def wait_for_retry(self, event_type: str, user: str) -> None:
        """Wait until both bots got what a person did: one bot the event, the other its retry."""

        async def probe() -> list[Forwarded]:
            found = [r for r in self.proxy.forwarded if (r.event_type, r.user) == (event_type, user)]
            return found if len(found) >= 2 else []

        first, again = await self.control_client.wait_for(probe, f"a retry of {event_type} of {user}", 20)
        assert (first.event_id, first.retry, again.retry) == (again.event_id, 0, 1)
        assert {first.port, again.port} == set(self.proxy.ports)
        assert first.status == again.status == 200


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[HttpReplicas]:
    settings = await asyncio.to_thread(replica_settings)
    environment = HttpReplicas(tmp_path, settings | {"MESSAGE_UPDATE_SECONDS": "0.2"})
    await environment.start()
    try:
        yield environment
    finally:
        await environment.stop()


async def rounds_in(workspace: HttpReplicas) -> list[str]:
    return [str(m["ts"]) for m in await workspace.control_client.messages(FILM) if m.get("metadata")]


async def answers_to(workspace: HttpReplicas, ts: str) -> list[str]:
    """Return what the bot has posted below a message and in the channel after it."""
    messages = await workspace.control_client.messages(FILM) + await workspace.control_client.thread(FILM, ts)
    later = {str(m["ts"]): text_of(m) for m in messages if float(m["ts"]) > float(ts) and m.get("bot_id")}
    return list(later.values())


@pytest.mark.heavy
async def test_the_main_job_is_played_once_although_every_event_is_answered_late(workspace: HttpReplicas) -> None:
    workspace.proxy.late_events = {"app_mention", "reaction_added"}

    await workspace.control_client.mention(LENA, FILM, "Maya: weathered fisherwoman")
    await workspace.wait_for_retry("app_mention", LENA)
    (ts,) = await workspace.control_client.wait_for(lambda: rounds_in(workspace), "the round's message", 20)
    await workspace.wait_for_ballot(ts)

    await workspace.control_client.react(DANIEL, FILM, ts, "two")
    await workspace.wait_for_retry("reaction_added", DANIEL)
    await workspace.press(MEI, ts, "vote:2")
    await workspace.wait_for_labels(ts, {"vote:2": "2 · 2"})
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "is cast")

    question = str((await workspace.control_client.mention(MEI, FILM, "who is Maya?"))["ts"])
    await workspace.wait_for_retry("app_mention", MEI)
    await workspace.control_client.wait_for(lambda: answers_to(workspace, question), "the answer", 20)

    refusals = [text_of(answer) for answer in await workspace.control_client.ephemerals(LENA)]
    assert refusals == [], "the second delivery of the brief is not answered as an open round either"
    await workspace.control_client.mention(DANIEL, FILM, "who is Nobody?")
    await workspace.wait_for_retry("app_mention", DANIEL)
    for _ in workspace.bots:
        assert "Maya" in await workspace.run_command("show Maya")
    await asyncio.sleep(2)  # a second answer would come now

    assert await rounds_in(workspace) == [ts]
    assert await workspace.count_model_calls() == 4
    # Slack drops a second post with the same client_msg_id, and private answers have none.
    private = [text_of(answer) for answer in await workspace.control_client.ephemerals(DANIEL)]
    assert len([text for text in private if "Nobody" in text]) == 1, private
    (answer,) = await answers_to(workspace, question)
    assert "Maya" in answer
    message = await workspace.control_client.message(FILM, ts)
    assert not [name for name in buttons_of(message) if name.startswith(("vote", "lock"))]
    thread = await workspace.control_client.thread(FILM, ts)
    files = Counter(str(file["name"]) for reply in thread for file in reply.get("files", ()))
    assert set(files.values()) == {1}
    assert len({request.port for request in workspace.proxy.forwarded if not request.event_type}) == 2
