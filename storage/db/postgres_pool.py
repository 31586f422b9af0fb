"""Checks of a PostgreSQL connection when it leaves its pool, without a round trip for a connection in use.

SQLAlchemy's own check (`pool_pre_ping`) needs three round trips with asyncpg (BEGIN, an empty statement, ROLLBACK), and
a vote uses two connections. A server that ends a connection closes its socket, which the driver notices by itself. A
firewall may forget a connection that was idle for long, so such a connection is tried first.
"""

import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine

_IDLE_SECONDS = 30.0
_RETURNED_AT = "returned_at"


def check_connections(engine: AsyncEngine) -> None:
    """Replace connections that the server has ended, before they are used."""

    @event.listens_for(engine.sync_engine, "checkin")
    def note_return(_connection: Any, record: Any) -> None:
        record.info[_RETURNED_AT] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, record: Any, _proxy: object) -> None:
        if connection.driver_connection.is_closed():
            raise DisconnectionError
        if time.monotonic() - record.info.get(_RETURNED_AT, time.monotonic()) > _IDLE_SECONDS:
            try:
                connection.ping()
            except Exception as error:
                raise DisconnectionError from error
