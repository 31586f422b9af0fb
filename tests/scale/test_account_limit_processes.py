"""Real processes that share an account's limit; `python -m benchmarks account-limits` sends forty requests.

The smaller test of it is in tests/contract/ports/test_call_reservations.py.
"""

import asyncio

import pytest
from sqlalchemy import select

from benchmarks.load.account_limits import most_in_a_window, send_requests
from storage.db.engine import open_database
from storage.db.replica_tables import call_reservations
from tests.support.storage_builders import fresh_postgres

pytestmark = pytest.mark.heavy


async def test_four_processes_never_exceed_the_limit_together() -> None:
    url = await asyncio.to_thread(fresh_postgres)
    assert len(await send_requests(url, 8)) == 8
    database = open_database(url)
    # Counted by the database's clock: a process may be slow between its turn and its call.
    sent = [row.sent_at / 1e6 for row in await database.fetch_all(select(call_reservations.c.sent_at))]
    await database.close()
    assert len(sent) == 8
    assert most_in_a_window(sent) == 5
    assert most_in_a_window(await send_requests("", 8)) == 8
