"""The practice workspace and the real bot as two processes, and what a person in it does."""

import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playground.door import Door, Json, buttons_of, text_of
from playground.processes import Workspace, bot_environment, start_bot, stop

FILM, FERRY, QUIET, GENERAL = "C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP", "C0GENERAL"
LENA, DANIEL, MEI = "U0LENAORTIZ", "U0DANIELOKA", "U0MEITANAKA"
SPEED = 20.0


class House:
    """Both processes on one data folder; either can be killed and started again."""

    workspace: Workspace
    bot: Process
    door: Door

    def __init__(self, data: Path, speed: float = SPEED, **extra: str) -> None:
        self.data = data
        self.speed = speed
        self.extra = extra
        self.port = 0

    async def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.workspace = await Workspace.start(self.data, self.port, self.speed)
        self.port = int(self.workspace.address.rsplit(":", 1)[1])
        self.door = Door(self.workspace.address)
        await self.start_bot()

    async def start_bot(self, script: str | None = None, **extra: str) -> None:
        variables = bot_environment(self.data, await self.workspace.environment(), **self.extra, **extra)
        self.bot = await start_bot(variables, self.data / "bot.log", script)
        await self.door.connected(self.bot)

    async def replace_bot(self, script: str) -> None:
        """End the bot, and start it the way `script` does."""
        await stop(self.bot)
        await self.start_bot(script)

    async def kill(self) -> None:
        """Both at once, without a word."""
        for process in (self.bot, self.workspace.process):
            if process.returncode is None:
                os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        await self.door.close()

    async def stop(self) -> None:
        await self.door.close()
        await stop(self.bot)
        await stop(self.workspace.process)

    @property
    def log(self) -> str:
        return (self.data / "bot.log").read_text("utf-8")

    # What people do and see.

    async def cast(self, line: str, user: str = LENA, channel: str = FILM) -> str:
        """The command as typed; the address of the round's message."""
        before = {m["ts"] for m in await self.door.messages(channel)}
        answer = await self.door.command(user, channel, line)
        assert answer["ok"], answer

        async def posted() -> str | None:
            messages = await self.door.messages(channel)
            return next((str(m["ts"]) for m in messages if m["ts"] not in before and m.get("metadata")), None)

        return await self.door.until(posted, "the round's message", 10)

    async def ballot(self, ts: str, channel: str = FILM, seconds: float = 20) -> Json:
        """The round's message once people can vote."""
        return await self.shows(ts, "vote:1", channel, seconds)

    async def shows(self, ts: str, action_id: str, channel: str = FILM, seconds: float = 20) -> Json:
        """The message once it offers a button."""

        async def look() -> Json | None:
            message = await self.door.message(channel, ts)
            return message if action_id in buttons_of(message) else None

        return await self.door.until(look, f"the button {action_id}", seconds)

    async def reads(self, ts: str, words: str, channel: str = FILM, seconds: float = 20) -> str:
        """The message's text once it says `words`."""

        async def look() -> str | None:
            text = text_of(await self.door.message(channel, ts))
            return text if words in text else None

        return await self.door.until(look, f"the words {words!r}", seconds)

    async def labelled(self, ts: str, labels: dict[str, str], channel: str = FILM) -> None:
        """Wait until the message's buttons read so."""

        async def look() -> bool:
            shown = buttons_of(await self.door.message(channel, ts))
            return labels.items() <= shown.items()

        await self.door.until(look, f"the labels {labels}")

    async def told(self, user: str, words: str = "", channel: str | None = None, after: float = 0) -> Json:
        """The newest private answer to a person that says `words`, sent after `after` (seconds since 1970)."""

        async def look() -> Json | None:
            answers = await self.door.private(user, channel)
            fitting = [m for m in answers if words in text_of(m) + m.get("text", "") and float(m["ts"]) > after]
            return fitting[-1] if fitting else None

        return await self.door.until(look, f"a private answer with {words!r}", 10)

    async def asks(self, line: str, user: str = LENA, channel: str = FILM) -> str:
        """A command that is answered privately; the answer's words."""
        before = {m["ts"] for m in await self.door.private(user)}
        await self.door.command(user, channel, line)

        async def look() -> Json | None:
            return next((m for m in await self.door.private(user) if m["ts"] not in before), None)

        message = await self.door.until(look, "a private answer", 10)
        return text_of(message) if message.get("blocks") else str(message["text"])

    async def press(self, user: str, ts: str, action_id: str, channel: str = FILM) -> Json:
        answer = await self.door.click(user, channel, ts, action_id)
        assert answer["ok"], answer
        return answer

    async def dialog(self, user: str, words: str) -> Json:
        """The modal a person has before them, once it says `words`."""

        async def look() -> Json | None:
            view = await self.door.dialog(user)
            return view if view and words in text_of(view) else None

        return await self.door.until(look, f"a modal with {words!r}", 10)

    async def opens(self, user: str, ts: str, action_id: str, words: str, channel: str = FILM) -> Json:
        """The modal that a button opens, once it says `words`; not one that a person left open before."""
        before = {view["id"] for view in await self.door.views(user)}
        await self.press(user, ts, action_id, channel)

        async def look() -> Json | None:
            view = await self.door.dialog(user)
            return view if view and view["id"] not in before and words in text_of(view) else None

        return await self.door.until(look, f"a modal with {words!r}", 10)

    async def asked(self) -> int:
        """How often models were asked, by their own bill."""
        return len(await self.door.bill())

    # Trouble on demand.

    async def trouble(self, method: str, kind: str, **how: str | float) -> None:
        """What meets the next call of a method, of `upload` or of `response_url`; `times` 0 means every call."""
        answer = await self.door.post("slack/faults", {"method": method, "kind": kind, **how})
        assert answer["ok"], answer

    async def calm(self, *methods: str) -> None:
        for method in methods:
            await self.trouble(method, "none")

    async def at_ease(self) -> None:
        """Slack counts no calls and models draw at once, so that many cases fit into one house."""
        await self.door.post("slack/rates", {"enabled": False})
        await self.door.post("models/*/latency", {"least": 0.5, "most": 0.5})


@asynccontextmanager
async def house(data: Path, speed: float = SPEED, **extra: str) -> AsyncIterator[House]:
    """An open house, cleared away at the end."""
    opened = House(data, speed, **extra)
    await opened.start()
    try:
        yield opened
    finally:
        await opened.stop()
