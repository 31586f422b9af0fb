"""Kills, lock session cuts and database crashes with several bots; `make bench` runs more of each."""

from pathlib import Path

import pytest

from benchmarks.replicas.disruptions import run_database_restarts, run_lock_session_cuts, run_replica_kills
from tests.support.postgres_server import require_postgres

pytestmark = pytest.mark.heavy


@pytest.fixture(autouse=True, scope="module")
def _server() -> None:
    require_postgres()


async def test_a_killed_bot_loses_nothing_and_another_takes_its_work_over(tmp_path: Path) -> None:
    losses, takeovers = await run_replica_kills(tmp_path, 12, 3)
    assert losses.disruptions == 12
    assert losses.locked > 0
    assert not losses.stuck, losses.unfinished
    assert (losses.votes_lost, losses.locks_lost, losses.paid_twice, losses.rounds_posted_twice) == (0, 0, 0, 0)
    assert takeovers


async def test_a_cut_lock_session_declares_no_call_lost(tmp_path: Path) -> None:
    losses = await run_lock_session_cuts(tmp_path, 4, 2)
    assert losses.disruptions == 4
    assert losses.locked > 0
    assert (losses.stuck, losses.slots_unknown, losses.paid_twice, losses.votes_lost) == (0, 0, 0, 0)


async def test_a_database_crash_loses_no_acknowledged_vote(tmp_path: Path) -> None:
    losses = await run_database_restarts(tmp_path, 2, 2)
    assert losses.votes_acknowledged > 0
    assert not losses.stuck, losses.unfinished
    assert (losses.votes_lost, losses.locks_lost, losses.paid_twice) == (0, 0, 0)
