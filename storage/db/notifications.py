"""PostgreSQL's LISTEN and NOTIFY, on a connection of its own that is opened again when it is lost.

Notifications that are sent while there is no connection are lost, so every listener also looks at its table at times.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

log = structlog.get_logger()

_RECONNECT_SECONDS = (0.2, 0.5, 1.0, 2.0)
_CHECK_SECONDS, _CHECK_TIMEOUT_SECONDS = 5.0, 5.0

Listener = Callable[[str], None]


async def notify(connection: AsyncConnection, channel: str, payload: str) -> None:
    """Notify all processes when the transaction commits; does nothing on SQLite, which has one process."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload})


class DatabaseNotifications:
    """Listener on channels of a PostgreSQL database; callbacks get the payload and must not block or raise."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)
        self._worker: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()

    def listen(self, channel: str, callback: Listener) -> None:
        """Call `callback` with each payload; call before `open`."""
        self._listeners[channel].append(callback)

    def open(self) -> None:
        self._worker = asyncio.get_running_loop().create_task(self._run(), name="notifications", context=Context())

    async def close(self) -> None:
        if self._worker:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
        await self._engine.dispose()

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                async with self._engine.connect() as connection:
                    driver = await self._subscribe(connection)
                    failures = 0
                    await self._wait_until_lost(driver)
            except Exception as error:  # noqa: BLE001 - drivers raise any type, and the loop must go on
                log.warning("notifications_lost", error=type(error).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS[min(failures, len(_RECONNECT_SECONDS) - 1)])
            failures += 1

    async def _subscribe(self, connection: AsyncConnection) -> Any:
        """Return the driver's connection, which calls back for every channel."""
        driver: Any = (await connection.get_raw_connection()).driver_connection
        self._lost.clear()
        driver.add_termination_listener(lambda _connection: self._lost.set())
        for channel in self._listeners:
            await driver.add_listener(channel, self._call_back)
        return driver

    async def _wait_until_lost(self, driver: Any) -> None:
        """Check the connection at times: a host that vanished closes nothing."""
        while not self._lost.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_CHECK_SECONDS):
                    await self._lost.wait()
            if not self._lost.is_set():
                await driver.execute("SELECT 1", timeout=_CHECK_TIMEOUT_SECONDS)

    def _call_back(self, _connection: Any, _process: int, channel: str, payload: str) -> None:
        for callback in self._listeners[channel]:
            callback(payload)
