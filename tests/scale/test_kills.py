"""Kills at random moments of full rounds; `make bench` runs two hundred.

`make test` kills at chosen moments: tests/flow/process/test_crash_recovery.py.
"""

from pathlib import Path

import pytest

from benchmarks.chaos.kills import run_bot_kills

_SEED = 20
_KILLS = 20


@pytest.mark.heavy
async def test_kills_lose_nothing_acknowledged_and_pay_nothing_twice(tmp_path: Path) -> None:
    losses, scripts = await run_bot_kills(tmp_path, _KILLS, _SEED, max_lifetime=8.0)
    assert losses.disruptions == _KILLS
    assert losses.locked > 0
    assert not losses.stuck, [script for script in scripts if script.outcome not in ("locked", "called off")]
    assert (losses.votes_lost, losses.locks_lost, losses.paid_twice, losses.rounds_posted_twice) == (0, 0, 0, 0)
