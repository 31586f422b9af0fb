"""How much Castroom adds to the slowest model, over several whole stories in one run."""

from pathlib import Path
from statistics import median

from playground.demo import together
from playground.door import Door
from playground.story import tell

NAMES = ("Maya", "Ines", "Otto", "Sable", "Wren", "Zora", "Abel")


async def stories(data: Path, count: int) -> list[dict[str, float]]:
    """The timings of `count` stories at the practice defaults, in milliseconds."""
    async with together(data, 0) as running, Door(running.workspace.address) as door:
        told = [
            await tell(door, f"{name}: weathered 60-year-old harbour hand", running.variables, data / "pictures")
            for name in NAMES[:count]
        ]
    return [dict(one["timings"]) for one in told]


def overhead(timings: dict[str, float]) -> float:
    """What is neither the slowest model nor Slack making the upload ready, in milliseconds."""
    return timings["sheet_ms"] - timings["slowest_model_ms"] - timings["upload_wait_ms"]


def summary(told: list[dict[str, float]]) -> list[tuple[str, str]]:
    """Rows of (what, figure)."""
    over = [overhead(t) for t in told]
    ratio = [t["sheet_ms"] / t["slowest_model_ms"] for t in told]
    rows = [
        ("command to sheet over the slowest model", f"{median(ratio):.2f} times"),
        ("of that, neither model nor upload wait: median, most", f"{median(over):.0f} ms, {max(over):.0f} ms"),
    ]
    for key, what in (("ack_ms", "ack of a command"), ("recall_ms", "recall of a face")):
        rows.append(
            (f"{what}: median, most", f"{median(t[key] for t in told):.0f} ms, {max(t[key] for t in told):.0f} ms")
        )
    return rows
