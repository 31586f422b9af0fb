"""Rounds played from brief to lock while the bot, or the workspace it works in, is killed (-9) at random moments."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from benchmarks.chaos.loss_report import LossReport, build_loss_report
from benchmarks.harness.chaos import CHANNELS, ChaosHarness
from benchmarks.harness.simulated_team import RoundScript, SimulatedTeam

_MAX_BOT_LIFETIME, _MAX_CALM_SECONDS = 6.0, 10.0

Disruption = Callable[[ChaosHarness], Awaitable[None]]
ChaosRun = Callable[[Path, int, int], Awaitable[tuple[LossReport, list[RoundScript]]]]


async def run_bot_kills(
    data: Path, times: int, seed: int = 1, max_lifetime: float = _MAX_BOT_LIFETIME
) -> tuple[LossReport, list[RoundScript]]:
    """Kill the bot so often while two channels cast; what was lost, and the stories to look at where it was.

    The bot lives at most `longest_life` seconds between two kills. A third channel would slow all of them down, and few
    rounds would get as far as votes.
    """
    return await run_with_disruptions(data, times, seed, lambda theatre: theatre.kill_bot(max_lifetime), CHANNELS[:2])


async def run_workspace_kills(data: Path, times: int, seed: int = 1) -> tuple[LossReport, list[RoundScript]]:
    """Kill Slack and the models so often, under a bot that goes on.

    One channel casts, and rounds come to their end between kills: five failures in a row, and the bot rests a model.
    """
    return await run_with_disruptions(
        data, times, seed, lambda theatre: theatre.kill_workspace(_MAX_CALM_SECONDS), CHANNELS[:1]
    )


async def run_with_disruptions(
    data: Path, times: int, seed: int, disrupt: Disruption, channels: Sequence[str] = CHANNELS
) -> tuple[LossReport, list[RoundScript]]:
    """The channels cast until `strike` has been done so often; each round then comes to its end in peace."""
    chaos_harness = ChaosHarness(data, seed)
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
        round_scripts = [story for team in teams for story in team.round_scripts]
        await chaos_harness.stop_bot()
        return await build_loss_report(chaos_harness, round_scripts), round_scripts
    finally:
        await chaos_harness.close()


async def run_in_parallel(run: ChaosRun, data: Path, times: int, harnesses: int) -> LossReport:
    """The losses of several theatres, each with its share of the strikes and a seed of its own."""
    shares = [times // harnesses + (n < times % harnesses) for n in range(harnesses)]
    results = await asyncio.gather(*(run(data / str(n), share, n + 1) for n, share in enumerate(shares) if share))
    return sum((losses for losses, _ in results), LossReport())
