"""Rounds from brief to lock while the bot or the practice workspace is killed (-9) at random moments."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.chaos.loss_report import LossReport, build_loss_report
from benchmarks.harness.chaos import CHANNELS, ChaosHarness
from benchmarks.harness.simulated_team import RoundScript, SimulatedTeam

_MAX_BOT_LIFETIME, _MAX_CALM_SECONDS = 6.0, 10.0

H = TypeVar("H", bound=ChaosHarness)
Disruption = Callable[[ChaosHarness], Awaitable[None]]
ChaosRun = Callable[[Path, int, int], Awaitable[tuple[LossReport, list[RoundScript]]]]


async def run_bot_kills(
    data: Path, times: int, seed: int = 1, max_lifetime: float = _MAX_BOT_LIFETIME
) -> tuple[LossReport, list[RoundScript]]:
    """Kill the bot repeatedly while two channels cast.

    The bot lives at most `max_lifetime` seconds between two kills. A third channel would slow the others down, and few
    rounds would reach the votes.
    """
    return await run_with_disruptions(data, times, seed, lambda harness: harness.kill_bot(max_lifetime), CHANNELS[:2])


async def run_workspace_kills(data: Path, times: int, seed: int = 1) -> tuple[LossReport, list[RoundScript]]:
    """Kill Slack and the models repeatedly while the bot runs.

    Only one channel casts, and its rounds end between kills: after five failures in a row, the bot pauses a model.
    """
    return await run_with_disruptions(
        data, times, seed, lambda harness: harness.kill_workspace(_MAX_CALM_SECONDS), CHANNELS[:1]
    )


async def run_with_disruptions(
    data: Path, times: int, seed: int, disrupt: Disruption, channels: Sequence[str] = CHANNELS
) -> tuple[LossReport, list[RoundScript]]:
    """Cast with one bot until `disrupt` has run often enough, then let each round end undisturbed."""
    return await cast_with_disruptions(ChaosHarness(data, seed), times, disrupt, channels)


async def cast_with_disruptions(
    chaos_harness: H, times: int, disrupt: Callable[[H], Awaitable[None]], channels: Sequence[str]
) -> tuple[LossReport, list[RoundScript]]:
    """Open the harness, cast until `disrupt` has run often enough, let each round end undisturbed, and close it."""
    await chaos_harness.open()
    try:
        teams = [SimulatedTeam(chaos_harness, channel) for channel in channels]
        async with asyncio.TaskGroup() as group:
            for team in teams:
                group.create_task(team.play())
            for _ in range(times):
                await asyncio.sleep(chaos_harness.random.uniform(0.05, 0.5))
                await disrupt(chaos_harness)
            chaos_harness.is_over = True
        round_scripts = [script for team in teams for script in team.round_scripts]
        await chaos_harness.stop_bot()
        return await build_loss_report(chaos_harness, round_scripts), round_scripts
    finally:
        await chaos_harness.close()


async def run_in_parallel(run: ChaosRun, data: Path, times: int, harnesses: int) -> LossReport:
    """Run several environments, each with its share of the disruptions and its own seed; return their loss reports."""
    shares = [times // harnesses + (n < times % harnesses) for n in range(harnesses)]
    results = await asyncio.gather(*(run(data / str(n), share, n + 1) for n, share in enumerate(shares) if share))
    return sum((losses for losses, _ in results), LossReport())
