"""Eight 4K responses from four models in each image format: memory over idle, worst loop lag, time over models.

Linux only: the peak is the kernel's high-water mark, reset before the round.
"""

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness.process_probes import BOT_SCRIPT, loop_lags, megabytes
from benchmarks.report import Row
from playground.control.client import ControlClient, buttons_of
from playground.processes import WorkspaceProcess, bot_environment, start_bot, stop
from playground.scenarios.main_flow import CHANNEL, LEAD

COMMAND = (
    "{name}: weathered harbour hand, 60 --4k --each 2 --models gpt-image-2,gpt-image-2.5,nano-banana,nano-banana-pro"
)

_SETTLE_SECONDS = 3.0
_TIMEOUT = 400.0


@dataclass(frozen=True)
class MemoryRun:
    """One round of responses in one format: idle and peak megabytes, worst loop lag, seconds from command to ballot."""

    image_format: str
    idle_megabytes: float
    peak_megabytes: float
    lag_ms: float
    seconds: float
    slowest_model: float

    def rows(self) -> list[Row]:
        growth = self.peak_megabytes - self.idle_megabytes
        duration = f"{self.seconds - self.slowest_model:.1f} s over {self.slowest_model:.1f} s"
        label = f"eight 4K responses in {self.image_format}"
        return [
            Row(
                f"{label}: peak memory over idle",
                f"{growth:.0f} MB over {self.idle_megabytes:.0f} MB",
                "under 150 MB over",
            ),
            Row(f"{label}: the event loop's worst lag", f"{self.lag_ms:.0f} ms", "under 50 ms"),
            Row(f"{label}: command to ballot over the slowest model", duration),
        ]


async def measure_memory_4k(data: Path, image_formats: Sequence[str]) -> list[MemoryRun]:
    """Run a round for each format on a new workspace, after a draft round as warm-up."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await WorkspaceProcess.start(data)
    # In production the models run elsewhere; here they must not use the bot's core.
    os.setpriority(os.PRIO_PROCESS, workspace.process.pid, 19)
    try:
        limits = {"MAX_USD_PER_ROUND": "10", "MAX_USD_PER_DAY": "100"}
        limits |= {"PATIENCE_4K_SECONDS": "600", "LOG_LEVEL": "WARNING"}
        variables = bot_environment(data, await workspace.environment(), **limits)
        bot = await start_bot(variables, data / "bot.log", BOT_SCRIPT)
        try:
            async with ControlClient(workspace.address) as control_client:
                await control_client.wait_until_connected(bot)
                await _time_round(control_client, "Ines: weathered harbour hand, 60")
                await asyncio.sleep(_SETTLE_SECONDS)
                idle = megabytes(bot)
                return [
                    await _measure_format(control_client, bot, data / "bot.log", kind, idle) for kind in image_formats
                ]
        finally:
            await stop(bot)
    finally:
        await stop(workspace.process)


async def _measure_format(
    control_client: ControlClient, bot: Process, log: Path, image_format: str, idle: float
) -> MemoryRun:
    # The practice models can send any format under their usual media type, which the bot ignores.
    await control_client.post("models/*/faults", {"kind": "wrong_type", "spelling": image_format.lower(), "times": 0})
    before = len(await control_client.usage())
    lag_count = len(loop_lags(log))
    await asyncio.to_thread(Path(f"/proc/{bot.pid}/clear_refs").write_text, "5")
    seconds = await _time_round(control_client, COMMAND.format(name=f"Otto {image_format}"))
    await asyncio.sleep(_SETTLE_SECONDS)
    calls = (await control_client.usage())[before:]
    assert len(calls) == 8, f"asked {len(calls)} times"
    slowest = max(c["seconds"] for c in calls)
    return MemoryRun(
        image_format, idle, megabytes(bot, "VmHWM"), max(loop_lags(log)[lag_count:], default=0.0), seconds, slowest
    )


async def _time_round(control_client: ControlClient, command: str) -> float:
    """Return the seconds from the command to the open ballot."""
    known_ts = {m["ts"] for m in await control_client.messages(CHANNEL)}
    loop = asyncio.get_running_loop()
    start = loop.time()
    await control_client.command(LEAD, CHANNEL, command)

    async def is_voting() -> bool:
        new = [m for m in await control_client.messages(CHANNEL) if m["ts"] not in known_ts]
        return any("vote:1" in buttons_of(m) for m in new)

    await control_client.wait_for(is_voting, "the ballot to open", _TIMEOUT)
    return loop.time() - start
