"""Eight answers in 4K from four models, in each kind of file: memory over idle, the loop's worst lag, time over models.

Linux only: the peak is the kernel's own high-water mark, set back before the round.
"""

import asyncio
import os
from asyncio.subprocess import Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hearers import BOT, lags, megabytes
from benchmarks.section import Row
from playground.door import Door, buttons_of
from playground.processes import Workspace, bot_environment, start_bot, stop
from playground.story import CHANNEL, LEAD

LINE = "{name}: weathered harbour hand, 60 --4k --each 2 --models gpt-image-2,gpt-image-2.5,nano-banana,nano-banana-pro"

_SETTLE = 3.0
_PATIENCE = 400.0


@dataclass(frozen=True)
class FourK:
    """One round of answers of one `kind`: megabytes at rest before all rounds and at this one's peak, the loop's worst
    lag, and seconds from command to ballot."""

    kind: str
    idle_megabytes: float
    peak_megabytes: float
    lag_ms: float
    seconds: float
    slowest_model: float

    def rows(self) -> list[Row]:
        more = self.peak_megabytes - self.idle_megabytes
        over = f"{self.seconds - self.slowest_model:.1f} s over {self.slowest_model:.1f} s"
        what = f"eight 4K answers in {self.kind}"
        return [
            Row(
                f"{what}: peak memory over idle",
                f"{more:.0f} MB over {self.idle_megabytes:.0f} MB",
                "under 150 MB over",
            ),
            Row(f"{what}: the event loop's worst lag", f"{self.lag_ms:.0f} ms", "under 50 ms"),
            Row(f"{what}: command to ballot over the slowest model", over),
        ]


async def four_k(data: Path, kinds: Sequence[str]) -> list[FourK]:
    """A round for each kind of file on a workspace of its own, after a draft round that has warmed everything up."""
    await asyncio.to_thread(data.mkdir, parents=True)
    workspace = await Workspace.start(data)
    # The models draw elsewhere in earnest; here they must not take the core the bot runs on.
    os.setpriority(os.PRIO_PROCESS, workspace.process.pid, 19)
    try:
        limits = {"MAX_USD_PER_ROUND": "10", "MAX_USD_PER_DAY": "100"}
        limits |= {"PATIENCE_4K_SECONDS": "600", "LOG_LEVEL": "WARNING"}
        variables = bot_environment(data, await workspace.environment(), **limits)
        bot = await start_bot(variables, data / "bot.log", BOT)
        try:
            async with Door(workspace.address) as door:
                await door.connected(bot)
                await _round(door, "Ines: weathered harbour hand, 60")
                await asyncio.sleep(_SETTLE)
                idle = megabytes(bot)
                return [await _measured(door, bot, data / "bot.log", kind, idle) for kind in kinds]
        finally:
            await stop(bot)
    finally:
        await stop(workspace.process)


async def _measured(door: Door, bot: Process, log: Path, kind: str, idle: float) -> FourK:
    # The practice models answer in any type under the name of their own, which is read by nobody.
    await door.post("models/*/faults", {"kind": "wrong_type", "spelling": kind.lower(), "times": 0})
    before = len(await door.bill())
    said = len(lags(log))
    await asyncio.to_thread(Path(f"/proc/{bot.pid}/clear_refs").write_text, "5")
    seconds = await _round(door, LINE.format(name=f"Otto {kind}"))
    await asyncio.sleep(_SETTLE)
    calls = (await door.bill())[before:]
    assert len(calls) == 8, f"asked {len(calls)} times"
    slowest = max(c["seconds"] for c in calls)
    return FourK(kind, idle, megabytes(bot, "VmHWM"), max(lags(log)[said:], default=0.0), seconds, slowest)


async def _round(door: Door, line: str) -> float:
    """Seconds from the command to the open ballot."""
    seen = {m["ts"] for m in await door.messages(CHANNEL)}
    loop = asyncio.get_running_loop()
    start = loop.time()
    await door.command(LEAD, CHANNEL, line)

    async def voting() -> bool:
        new = [m for m in await door.messages(CHANNEL) if m["ts"] not in seen]
        return any("vote:1" in buttons_of(m) for m in new)

    await door.until(voting, "the ballot to open", _PATIENCE)
    return loop.time() - start
