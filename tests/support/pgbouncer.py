"""PgBouncer of the tests, before the PostgreSQL of the tests. Without the program, the tests are skipped; not in CI."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from playground.processes import unused_port
from tests.support.postgres_server import PostgresServer
from tests.support.time_factor import scaled

_START_SECONDS = 15.0
_SETTINGS = """[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
server_round_robin = {round_robin:d}
unix_socket_dir =
"""


@contextmanager
def pgbouncer(server: PostgresServer, mode: str, *, round_robin: bool = False) -> Iterator[int]:
    """Run PgBouncer in the mode `session`, `transaction` or `statement`; yield its port.

    With `round_robin`, the next transaction gets the session that waited longest, else the one used last.
    """
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        if os.environ.get("TEST_POSTGRES") == "required":
            pytest.fail("TEST_POSTGRES=required needs pgbouncer")
        pytest.skip("no pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="castroom-pgbouncer-"))
    port = unused_port()
    (folder / "users").write_text('"castroom" ""\n')
    settings = _SETTINGS.format(server_port=server.port, port=port, folder=folder, mode=mode, round_robin=round_robin)
    (folder / "pgbouncer.ini").write_text(settings)
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)  # also where a test before has changed the umask of this process
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None  # PgBouncer refuses root
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, str(folder / "pgbouncer.ini")], stdout=log, stderr=log, user=user)
    try:
        _wait_for_port(process, port, folder / "log")
        yield port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + scaled(_START_SECONDS)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text("utf-8", "replace")) from None
            time.sleep(0.05)
        else:
            return
