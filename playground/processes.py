"""Starts the practice workspace and the bot as two processes that meet only over HTTP and websockets."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from playground.control.client import ControlClient

_RATE_LIMIT_VARIABLES = ("RECRAFT_IMAGES_PER_MINUTE", "RECRAFT_REQUESTS_PER_SECOND", "OPENAI_IMAGES_PER_MINUTE")
_NO_RATE_LIMITS = dict.fromkeys(_RATE_LIMIT_VARIABLES, "0")
ROOT = Path(__file__).resolve().parent.parent
# The name in the certificate of the demo's own key.
STUDIO = "Harbour Film"
# Starts Python with arguments, environment and output.
Spawn = Callable[[Sequence[str], Mapping[str, str], int | IO[bytes]], Awaitable[Process]]


class WorkspaceProcess:
    """The practice workspace in its own process."""

    def __init__(self, process: Process, address: str) -> None:
        self.process = process
        self.address = address

    @classmethod
    async def start(
        cls, data: Path, port: int = 0, speed: float = 1.0, drawn_side: int | None = None, spawn: Spawn | None = None
    ) -> "WorkspaceProcess":
        """Start it on `data` and wait for its address; raises RuntimeError if it exits instead."""
        options = {"port": port, "data": data / "practice", "speed": speed, "drawn-side": drawn_side}
        arguments = [part for name, value in options.items() if value is not None for part in (f"--{name}", str(value))]
        spawn = spawn or spawn_python
        process = await spawn(["-m", "playground", "serve", *arguments], _minimal_environment(), PIPE)
        assert process.stdout
        line = (await process.stdout.readline()).decode()
        if "http://" not in line:
            raise RuntimeError("the practice workspace did not start")
        return cls(process, line[line.index("http://") :].strip().rstrip("/"))

    async def environment(self, team: str = "") -> dict[str, str]:
        """Return the variables with which a bot reaches one team, by default the first, or `all`."""
        async with ControlClient(self.address) as control_client:
            query = {"team": team} if team else {}
            return {key: str(value) for key, value in (await control_client.get("env", **query)).items()}


def bot_environment(data: Path, workspace_environment: Mapping[str, str], **extra: str) -> dict[str, str]:
    """Build the bot's environment without keys, proxies or the .env of this shell.

    It has no rate limits, since the practice models have none.
    """
    return {
        **_minimal_environment(),
        **_NO_RATE_LIMITS,
        "ENV_FILE": "",
        "DATA_DIR": str(data.absolute() / "bot"),
        **workspace_environment,
        **extra,
    }


async def start_bot(
    variables: Mapping[str, str], log_path: Path, script: str | None = None, spawn: Spawn | None = None
) -> Process:
    """Start the unmodified bot, or Python code that runs it differently; append its output to `log_path`."""
    arguments = ["-c", script] if script else ["-m", "bot", "run"]
    with log_path.open("ab") as log_file:
        return await (spawn or spawn_python)(arguments, variables, log_file)


async def make_passport_key(variables: Mapping[str, str]) -> None:
    """Let the bot make the key that signs passports, unless its data folder has one; raises RuntimeError."""
    if (Path(variables["DATA_DIR"]) / "passport").exists():
        return
    process = await spawn_python(["-m", "bot", "passport", "init", "--name", STUDIO], variables, PIPE)
    if await process.wait():
        raise RuntimeError("the key of the passports was not made")


async def spawn_python(arguments: Sequence[str], variables: Mapping[str, str], output: int | IO[bytes]) -> Process:
    """Start Python in the root folder; `output` is PIPE for its standard output, or a file for errors as well."""
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=dict(variables),
        stdout=output, stderr=None if output == PIPE else output,
    )  # fmt: skip


async def stop(process: Process, stop_signal: signal.Signals = signal.SIGTERM) -> None:
    """Terminate a process and wait for it; kill it after ten seconds."""
    with suppress(ProcessLookupError):
        process.send_signal(stop_signal)
    try:
        await asyncio.wait_for(process.wait(), 10)
    except TimeoutError:
        process.kill()
        await process.wait()


def free_port(preferred: int) -> int:
    """Return `preferred` if it is free, else 0, which takes any free port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return 0
    return preferred


def unused_port() -> int:
    """Return a port that was free just now, for a server that cannot report which one it took."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _minimal_environment() -> dict[str, str]:
    """Return the variables that a Python process needs to start, and no others."""
    inherited = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {**inherited, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
