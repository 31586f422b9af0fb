"""Reserved calls of provider accounts, for processes that share a PostgreSQL database.

Each account has a queue: the requests that wait, in the order in which they joined, behind those that were sent in the
last window. A transaction-level advisory lock lets one process at a time look at a queue and count a request as sent,
so no window has more requests than its limit, whichever process sends them. All times are the database's.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.call_windows import Window, start_behind
from bot.domain.service_errors import StorageUnavailable
from storage.db.clock import database_now_us, seconds_ago_us
from storage.db.replica_tables import account_back_offs, call_reservations
from storage.db.repository import SqlRepository
from storage.replicas.advisory_locks import lock_key

_KEEP_SECONDS = 3_600.0
# A waiting request asks every two seconds (RetryDelays.rate_limit).
_SILENCE_SECONDS = 10.0
_TRANSACTION_SECONDS = 5.0


class SqlCallReservations(SqlRepository):
    """Implementation of the port CallReservations on PostgreSQL."""

    async def seconds_left(self, key: str, account: str, windows: Sequence[Window]) -> float:
        if not windows:
            return await self._back_off_left(account)
        async with self._locked_queue(account) as connection:
            await _join(connection, key, account)
            rows = (await connection.execute(_queue(account, windows))).all()
            seconds = _seconds_until_start(rows, key, windows)
            if seconds <= 0:
                is_key = call_reservations.c.key == key
                await connection.execute(update(call_reservations).where(is_key).values(sent_at=database_now_us))
        return max(0.0, seconds)

    async def release(self, key: str, account: str) -> None:
        # Under the lock: a cancelled `seconds_left` may not have ended at the server.
        async with self._locked_queue(account) as connection:
            await connection.execute(delete(call_reservations).where(call_reservations.c.key == key))

    async def back_off(self, account: str, seconds: float) -> None:
        until = database_now_us + int(seconds * 1_000_000)
        statement = postgresql.insert(account_back_offs).values(account=account, until=until)
        latest = func.greatest(account_back_offs.c.until, statement.excluded.until)
        await self._database.execute(
            statement.on_conflict_do_update(index_elements=["account"], set_={"until": latest})
        )

    async def purge(self) -> None:
        old = seconds_ago_us(_KEEP_SECONDS)
        await self._database.execute(delete(call_reservations).where(call_reservations.c.seen_at < old))
        await self._database.execute(delete(account_back_offs).where(account_back_offs.c.until < old))

    @asynccontextmanager
    async def _locked_queue(self, account: str) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that has the account's queue for itself."""
        try:
            async with asyncio.timeout(_TRANSACTION_SECONDS), self._database.transaction() as connection:
                await connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key(f"account:{account}")}
                )
                yield connection
        except TimeoutError as error:
            raise StorageUnavailable("database", "locked", f"the queue of account {account}") from error

    async def _back_off_left(self, account: str) -> float:
        seconds = (account_back_offs.c.until - database_now_us) / 1e6
        query = select(seconds).where(account_back_offs.c.account == account)
        return max(0.0, float(await self._database.fetch_value(query) or 0))


async def _join(connection: AsyncConnection, key: str, account: str) -> None:
    """Put the request into the queue, or record that it still waits."""
    statement = postgresql.insert(call_reservations).values(
        key=key, account=account, joined_at=database_now_us, seen_at=database_now_us
    )
    await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"seen_at": database_now_us}))


def _queue(account: str, windows: Sequence[Window]) -> Any:
    """Select the requests sent in the longest window, oldest first, then those that wait, in their order."""
    table = call_reservations.c
    back_off = select(account_back_offs.c.until).where(account_back_offs.c.account == account).scalar_subquery()
    longest = max(window.seconds for window in windows)
    is_sent = table.sent_at > seconds_ago_us(longest)
    is_waiting = table.sent_at.is_(None) & (table.seen_at > seconds_ago_us(_SILENCE_SECONDS))
    # For the index: a request is sent in the transaction in which it was seen.
    is_recent = table.seen_at > seconds_ago_us(longest + _SILENCE_SECONDS)
    columns = (table.key, table.sent_at, database_now_us.label("now"), back_off.label("until"))
    return (
        select(*columns)
        .where(table.account == account, is_recent, or_(is_sent, is_waiting))
        .order_by(table.sent_at.asc().nulls_last(), table.joined_at, table.key)
    )


def _seconds_until_start(rows: Sequence[Any], key: str, windows: Sequence[Window]) -> float:
    now = next(row.now for row in rows if row.key == key)
    sent = [(row.sent_at - now) / 1e6 for row in rows if row.sent_at is not None]
    waiting = [row.key for row in rows if row.sent_at is None].index(key)
    backed_off = ((rows[0].until or now) - now) / 1e6
    return start_behind(waiting, sent, windows, earliest=max(0.0, backed_off))
