"""Rounds from brief to lock with several bots, while bots are killed, lock sessions cut, or the database restarted."""

import asyncio
from contextlib import suppress
from pathlib import Path

from benchmarks.chaos.kills import cast_with_disruptions
from benchmarks.chaos.loss_report import LossReport
from benchmarks.harness.chaos import CHANNELS
from benchmarks.harness.replicas import ReplicaHarness
from playground.control.client import WaitTimeout

_MAX_LIFETIME = 6.0
_CALM_SECONDS = 6.0
_DRAWING_TIMEOUT, _LOCK_TIMEOUT = 20.0, 60.0


async def run_replica_kills(data: Path, times: int, replicas: int, seed: int = 1) -> tuple[LossReport, list[float]]:
    """Kill bots at random moments, each replaced by one of a new name; return also the seconds of each takeover."""
    harness = ReplicaHarness(data, seed, replicas)
    losses, _ = await cast_with_disruptions(harness, times, lambda h: h.kill_bot(_MAX_LIFETIME), CHANNELS[:2])
    return losses, harness.takeover_seconds()


async def run_lock_session_cuts(data: Path, times: int, replicas: int, seed: int = 1) -> LossReport:
    """Cut the sessions of the advisory locks while models draw: no call in flight may be declared lost."""
    losses, _ = await cast_with_disruptions(
        ReplicaHarness(data, seed, replicas), times, _cut_while_drawing, CHANNELS[:2]
    )
    return losses


async def run_database_restarts(data: Path, times: int, replicas: int, seed: int = 1) -> LossReport:
    """Crash and restart PostgreSQL while people cast and vote."""
    losses, _ = await cast_with_disruptions(
        ReplicaHarness(data, seed, replicas), times, _restart_database, CHANNELS[:2]
    )
    return losses


async def _cut_while_drawing(harness: ReplicaHarness) -> None:
    async def is_drawing() -> bool:
        return any(call["outcome"] == "drawing" for call in await harness.control_client.usage())

    with suppress(WaitTimeout):
        await harness.control_client.wait_for(is_drawing, "a model to draw", _DRAWING_TIMEOUT)
    # Right after a cut, the bots may still be connecting again.
    await harness.control_client.wait_for(harness.cut_lock_sessions, "a session with a lock", _LOCK_TIMEOUT)
    await asyncio.sleep(harness.random.uniform(0.5, _CALM_SECONDS))


async def _restart_database(harness: ReplicaHarness) -> None:
    await asyncio.sleep(harness.random.uniform(1.0, _CALM_SECONDS))
    await harness.restart_database()
    await asyncio.sleep(harness.random.uniform(1.0, _CALM_SECONDS))
