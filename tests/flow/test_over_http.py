"""The same bot over signed HTTP requests instead of a socket."""

import asyncio
import socket
from contextlib import closing
from pathlib import Path

from playground.processes import bot_environment, start_bot
from tests.flow.house import DANIEL, LENA, House


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listening(port: int) -> None:
    async with asyncio.timeout(15):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


class OverHttp(House):
    """A house whose workspace calls the bot at an address."""

    async def start_bot(self, script: str | None = None, **extra: str) -> None:
        port = free_port()
        more = {"HTTP_PORT": str(port), **self.extra, **extra}
        variables = bot_environment(self.data, await self.workspace.environment(), **more)
        variables.pop("SLACK_APP_TOKEN", None)
        self.bot = await start_bot(variables, self.data / "bot.log", script)
        await listening(port)
        answer = await self.door.post("slack/http", {"url": f"http://127.0.0.1:{port}/slack/events"})
        assert answer["ok"], answer


async def test_a_face_is_cast_and_locked_over_http(tmp_path: Path) -> None:
    house = OverHttp(tmp_path)
    await house.start()
    try:
        ts = await house.cast("Http: a lock keeper")
        await house.ballot(ts)
        await house.door.react(DANIEL, "C0HARBOURFILM", ts, "one")
        await house.press(LENA, ts, "vote:1")
        await house.labelled(ts, {"vote:1": "1 · 2"})
        await house.press(LENA, ts, "lock")
        await house.reads(ts, "Http is cast")
    finally:
        await house.stop()
