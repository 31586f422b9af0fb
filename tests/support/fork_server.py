"""Starts bots and practice workspaces as forks of a process that has imported their modules.

Importing takes a bot 1.3 s and a workspace 0.4 s of CPU, a fork some milliseconds, and the tests start more than a
hundred of each. A fork is a process of its own like any other: with its own pid, environment, log and exit status.

This module is also the server: `python -m tests.support.fork_server SOCKET`, which ends with its standard input.
"""

import asyncio
import atexit
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Any

from playground.processes import ROOT

_MAX_REQUEST_BYTES = 1_000_000
# Imported by a bot or a workspace at its start or later; neither is started by importing.
_PRELOADED_MODULES = (
    "bot.app", "playground.app", "playground.demo", "playground.scenarios.screenshots", "typer", "yaml",
    "alembic.command", "aiosqlite", "sqlalchemy.dialects.sqlite.aiosqlite",
)  # fmt: skip


class ForkedProcess(Process):
    """A process of the fork server, used like one of asyncio."""

    def __init__(self, connection: socket.socket, pid: int, stdout: asyncio.StreamReader | None) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stdin = self.stderr = None
        self._returncode: int | None = None
        self._exit = asyncio.create_task(self._wait_for_exit(connection))

    @property
    def returncode(self) -> int | None:
        return self._returncode

    async def wait(self) -> int:
        return await asyncio.shield(self._exit)

    def send_signal(self, signal: int) -> None:
        if self._returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, signal)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def _wait_for_exit(self, connection: socket.socket) -> int:
        with connection:
            status = await asyncio.get_running_loop().sock_recv(connection, 64)
        self._returncode = int(status)
        return self._returncode


async def fork_python(arguments: Sequence[str], variables: Mapping[str, str], output: int | IO[bytes]) -> ForkedProcess:
    """Start `python -m MODULE ...` or `python -c SCRIPT` as a fork; `output` is PIPE, or a file for both streams."""
    read_end, write_end = os.pipe() if output == PIPE else (None, output.fileno())  # type: ignore[union-attr]
    connection = socket.socket(socket.AF_UNIX)
    await asyncio.to_thread(connection.connect, _server_address())
    request = json.dumps({"arguments": list(arguments), "variables": dict(variables)}).encode()
    socket.send_fds(connection, [len(request).to_bytes(4)], [write_end, 2 if read_end is not None else write_end])
    connection.sendall(request)
    connection.setblocking(False)
    pid = int(await asyncio.get_running_loop().sock_recv(connection, 64))
    if read_end is None:
        return ForkedProcess(connection, pid, None)
    os.close(write_end)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0)
    )
    return ForkedProcess(connection, pid, reader)


@cache
def _server_address() -> str:
    """Start the server of this process, and return the path of its socket."""
    path = str(Path(mkdtemp(prefix="fork-server-")) / "socket")
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "tests.support.fork_server", path], cwd=ROOT, stdin=PIPE, stdout=subprocess.PIPE
    )
    assert server.stdout and server.stdin
    server.stdout.readline()
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    return path


# The server.


def _serve(path: str) -> dict[str, Any]:
    """Fork for each request; return the request in the fork, and exit with the standard input."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    wake_read, wake_write = socket.socketpair()
    wake_read.setblocking(False)
    wake_write.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write.fileno())
    connections: dict[int, socket.socket] = {}
    selector = selectors.DefaultSelector()
    for source in (listener, wake_read, sys.stdin.buffer):
        selector.register(source, selectors.EVENT_READ)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin.buffer:
                sys.exit()
            if key.fileobj is listener:
                connection = listener.accept()[0]
                request, files = _receive(connection)
                pid = os.fork()
                if not pid:
                    selector.close()
                    for opened in (listener, wake_read, wake_write, connection, *connections.values()):
                        opened.close()
                    return request | {"files": files}
                for file in files:
                    os.close(file)
                connections[pid] = connection
                connection.sendall(str(pid).encode())
            else:
                wake_read.recv(4096)
                _report_exits(connections)


def _receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    head, files, _, _ = socket.recv_fds(connection, 4, 2)
    length, body = int.from_bytes(head), b""
    while len(body) < length:
        body += connection.recv(_MAX_REQUEST_BYTES)
    request: dict[str, Any] = json.loads(body)
    return request, list(files)


def _report_exits(connections: dict[int, socket.socket]) -> None:
    while connections:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with connections.pop(pid) as connection:
            try:
                connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
            except OSError:
                continue


def _run(request: dict[str, Any]) -> None:
    """Become the requested process."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    stdout, stderr = request["files"]
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
        os.close(source)
    os.environ.clear()
    os.environ.update(request["variables"])
    option, name, *arguments = request["arguments"]
    sys.argv = [name, *arguments]
    if option == "-m":
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    else:
        exec(compile(name, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102


def _import_modules() -> None:
    """Import what the bot and the practice workspace import at their start or with their first round."""
    for module in _PRELOADED_MODULES:
        import_module(module)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _import_modules()
    _run(_serve(sys.argv[1]))
