"""The practice workspace and the real bot as two processes, and what a person in it does."""

import asyncio
import os
import signal
import sqlite3
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from playground.control.client import ControlClient, Json, WaitTimeout, buttons_of, text_of
from playground.processes import WorkspaceProcess, bot_environment, start_bot, stop
from tests.support.fork_server import fork_python
from tests.support.storage_builders import fresh_sqlite

FILM, FERRY, QUIET, GENERAL = "C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP", "C0GENERAL"
LENA, DANIEL, MEI = "U0LENAORTIZ", "U0DANIELOKA", "U0MEITANAKA"
SPEED = 20.0
# Faces are drawn this small and enlarged: drawing them is half of the CPU time of a round.
DRAWN_SIDE = 256


class PracticeEnvironment:
    """Both processes on one data folder; either can be killed and started again."""

    server: WorkspaceProcess
    bot: Process
    control_client: ControlClient

    def __init__(
        self, data: Path, settings: Mapping[str, str] | None = None, speed: float = SPEED, drawn_side: int = DRAWN_SIDE
    ) -> None:
        self.data = data
        self.speed = speed
        self.drawn_side = drawn_side
        self.extra = dict(settings or {})
        self.port = 0
        # Bytes of the log before the last reset.
        self.log_start = 0

    async def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        await self._prepare_database()
        self.server = await WorkspaceProcess.start(self.data, self.port, self.speed, self.drawn_side, fork_python)
        self.port = int(self.server.address.rsplit(":", 1)[1])
        self.control_client = ControlClient(self.server.address)
        await self.control_client.extend_slack_timeouts()
        await self.start_bot()

    async def _prepare_database(self) -> None:
        """Give a new bot a migrated database: migrating one takes as long as all else at its start."""
        folder = self.data / "bot"
        if "DATABASE_URL" not in self.extra and not folder.exists():
            await fresh_sqlite(folder)

    async def reset(self) -> None:
        """Empty the workspace and the bot's database; raises WaitTimeout if the bot stays busy."""
        await self.control_client.post("models/*/latency", {"least": 0, "most": 0})
        await self.control_client.wait_for(self._has_no_jobs, "the end of the bot's jobs", 5)
        await asyncio.to_thread(self._empty_database)
        await self.control_client.post("reset")
        await self.control_client.extend_slack_timeouts()
        self.log_start = (self.data / "bot.log").stat().st_size

    async def start_bot(self, script: str | None = None, **extra: str) -> None:
        variables = bot_environment(self.data, await self.server.environment(), **self.extra, **extra)
        self.bot = await start_bot(variables, self.data / "bot.log", script, fork_python)
        await self.control_client.wait_until_connected(self.bot)

    async def replace_bot(self, script: str) -> None:
        """End the bot, and start it the way `script` does."""
        await stop(self.bot)
        await self.start_bot(script)

    async def kill(self) -> None:
        """Both at once, without a word."""
        for process in (self.bot, self.server.process):
            if process.returncode is None:
                os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        await self.control_client.close()

    async def wait_for_jobs(self) -> None:
        """Wait until the bot has no jobs."""
        await self.control_client.wait_for(self._has_no_jobs, "the end of the bot's jobs", 30)

    async def stop(self) -> None:
        await self.control_client.close()
        await stop(self.bot)
        await stop(self.server.process)

    async def _has_no_jobs(self) -> bool:
        return await asyncio.to_thread(self._count_jobs) == 0

    def _count_jobs(self) -> int:
        with closing(sqlite3.connect(self.data / "bot" / "engine.sqlite")) as engine:
            statement = "SELECT count(*) FROM workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"
            return int(engine.execute(statement).fetchone()[0])

    def _empty_database(self) -> None:
        with closing(sqlite3.connect(self.data / "bot" / "castroom.sqlite", timeout=10)) as database, database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                if table != "alembic_version":
                    database.execute(f"DELETE FROM {table}")  # noqa: S608

    @property
    def log(self) -> str:
        """What the bot has logged since the start or the last reset."""
        return (self.data / "bot.log").read_bytes()[self.log_start :].decode("utf-8")

    async def wait_for_log(self, event: str, seconds: float = 10) -> None:
        """Wait until the bot has logged `event`."""

        async def is_logged() -> bool:
            return event in self.log

        await self.control_client.wait_for(is_logged, f"the log event {event}", seconds)

    # What people do and see.

    async def cast(self, line: str, user: str = LENA, channel: str = FILM) -> str:
        """The command as typed; the address of the round's message."""
        before = {m["ts"] for m in await self.control_client.messages(channel)}
        answer = await self.control_client.command(user, channel, line)
        assert answer["ok"], answer

        async def posted() -> str | None:
            messages = await self.control_client.messages(channel)
            return next((str(m["ts"]) for m in messages if m["ts"] not in before and m.get("metadata")), None)

        return await self.control_client.wait_for(posted, "the round's message", 10)

    async def wait_for_ballot(self, ts: str, channel: str = FILM, seconds: float = 20) -> Json:
        """The round's message once people can vote."""
        return await self.wait_for_button(ts, "vote:1", channel, seconds)

    async def wait_for_button(self, ts: str, action_id: str, channel: str = FILM, seconds: float = 20) -> Json:
        """The message once it offers a button."""

        async def probe() -> Json | None:
            message = await self.control_client.message(channel, ts)
            return message if action_id in buttons_of(message) else None

        return await self.control_client.wait_for(probe, f"the button {action_id}", seconds)

    async def wait_for_text(self, ts: str, expected: str, channel: str = FILM, seconds: float = 20) -> str:
        """The message's text once it says `words`."""

        async def probe() -> str | None:
            text = text_of(await self.control_client.message(channel, ts))
            return text if expected in text else None

        return await self.control_client.wait_for(probe, f"the words {expected!r}", seconds)

    async def wait_for_labels(self, ts: str, labels: dict[str, str], channel: str = FILM) -> None:
        """Wait until the message's buttons read so."""

        async def probe() -> bool:
            shown = buttons_of(await self.control_client.message(channel, ts))
            return labels.items() <= shown.items()

        await self.control_client.wait_for(probe, f"the labels {labels}")

    async def wait_for_ephemeral(
        self, user: str, expected: str = "", channel: str | None = None, after: float = 0
    ) -> Json:
        """The newest private answer to a person that says `words`, sent after `after` (seconds since 1970)."""

        async def probe() -> Json | None:
            answers = await self.control_client.ephemerals(user, channel)
            matching = [m for m in answers if expected in text_of(m) + m.get("text", "") and float(m["ts"]) > after]
            return matching[-1] if matching else None

        return await self.control_client.wait_for(probe, f"a private answer with {expected!r}", 10)

    async def run_command(self, line: str, user: str = LENA, channel: str = FILM) -> str:
        """A command that is answered privately; the answer's words."""
        before = {m["ts"] for m in await self.control_client.ephemerals(user)}
        await self.control_client.command(user, channel, line)

        async def probe() -> Json | None:
            return next((m for m in await self.control_client.ephemerals(user) if m["ts"] not in before), None)

        message = await self.control_client.wait_for(probe, "a private answer", 10)
        return text_of(message) if message.get("blocks") else str(message["text"])

    async def press(self, user: str, ts: str, action_id: str, channel: str = FILM) -> Json:
        answer = await self.control_client.click(user, channel, ts, action_id)
        assert answer["ok"], answer
        return answer

    async def wait_for_modal(self, user: str, expected: str) -> Json:
        """The modal a person has before them, once it says `words`."""

        async def probe() -> Json | None:
            view = await self.control_client.top_view(user)
            return view if view and expected in text_of(view) else None

        return await self.control_client.wait_for(probe, f"a modal with {expected!r}", 10)

    async def open_modal(self, user: str, ts: str, action_id: str, expected: str, channel: str = FILM) -> Json:
        """The modal that a button opens, once it says `words`; not one that a person left open before."""
        before = {view["id"] for view in await self.control_client.modals(user)}
        await self.press(user, ts, action_id, channel)

        async def probe() -> Json | None:
            view = await self.control_client.top_view(user)
            return view if view and view["id"] not in before and expected in text_of(view) else None

        return await self.control_client.wait_for(probe, f"a modal with {expected!r}", 10)

    async def decide(self, user: str, ts: str, option: str, channel: str = FILM) -> None:
        """Choose a candidate from the menu of a closed round, and confirm it."""
        await self.confirm_after_click(user, ts, "decide", option, channel)

    async def confirm_after_click(self, user: str, ts: str, action: str, option: str | None, channel: str) -> None:
        """Click, and submit the modal that it opens."""
        before = {view["id"] for view in await self.control_client.modals(user)}
        answer = await self.control_client.click(user, channel, ts, action, option)
        assert answer["ok"], answer

        async def probe() -> Json | None:
            view = await self.control_client.top_view(user)
            return view if view and view["id"] not in before else None

        view = await self.control_client.wait_for(probe, "the question before the lock", 10)
        assert (await self.control_client.submit(user, view["id"], {}))["ok"]

    async def count_model_calls(self) -> int:
        """How often models were asked, by their own bill."""
        return len(await self.control_client.usage())

    # Trouble on demand.

    async def inject_fault(self, method: str, kind: str, **options: str | float) -> None:
        """What meets the next call of a method, of `upload` or of `response_url`; `times` 0 means every call."""
        answer = await self.control_client.post("slack/faults", {"method": method, "kind": kind, **options})
        assert answer["ok"], answer

    async def clear_faults(self, *methods: str) -> None:
        for method in methods:
            await self.inject_fault(method, "none")

    async def speed_up(self) -> None:
        """Slack counts no calls and models draw at once, so that many cases fit into one house."""
        await self.control_client.post("slack/rates", {"enabled": False})
        await self.control_client.post("models/*/latency", {"least": 0.5, "most": 0.5})


@asynccontextmanager
async def practice_environment(
    data: Path, settings: Mapping[str, str] | None = None, speed: float = SPEED, drawn_side: int = DRAWN_SIDE
) -> AsyncIterator[PracticeEnvironment]:
    """An open house, cleared away at the end."""
    environment = PracticeEnvironment(data, settings, speed, drawn_side)
    await environment.start()
    try:
        yield environment
    finally:
        await environment.stop()


class SharedEnvironment:
    """The environment that a worker's test modules use one after the other; started when it is first needed."""

    # Many modules share the limits of one workspace, and the bot remembers users of the module before.
    SETTINGS = {"UPDATES_PER_MINUTE": "100000", "MESSAGE_UPDATE_SECONDS": "0.2", "DIRECTORY_CACHE_SECONDS": "1"}  # noqa: RUF012

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._environment: PracticeEnvironment | None = None

    async def reset(self) -> PracticeEnvironment:
        """An empty environment; a new one if the bot of the last module is busy or has ended."""
        if self._environment and self._environment.bot.returncode is None:
            try:
                await self._environment.reset()
            except WaitTimeout:
                await self.close()
            else:
                return self._environment
        self._environment = PracticeEnvironment(self._folders.mktemp("shared"), self.SETTINGS)
        await self._environment.start()
        return self._environment

    async def close(self) -> None:
        if self._environment:
            await self._environment.stop()
            self._environment = None
