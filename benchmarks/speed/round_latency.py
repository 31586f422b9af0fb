"""Time that Castroom adds to the slowest model, over several rounds in one run, by step."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.report import Row
from playground.control.client import ControlClient, Json
from playground.demo import running_demo
from playground.scenarios.main_flow import play_main_flow

NAMES = ("Maya", "Ines", "Otto", "Sable", "Wren", "Zora", "Abel")

NOTE = (
    "The practice workspace's clock shows where the time between command and sheet goes: queue, from the command to "
    "the first model call (validated, priced, saved, acknowledged, posted); models, to the end of the last response; "
    "engine, to the first upload call of the sheet (responses decoded, checked and stored, sheet composed); upload, "
    "until Slack has the whole file; ready, until Slack can display it (the practice workspace delays this, as Slack "
    "does); update, until the message shows it. The steps add up to the whole."
)


@dataclass(frozen=True)
class LatencyBreakdown:
    """Milliseconds from a command to its sheet by consecutive step."""

    queue: float
    models: float
    engine: float
    upload: float
    ready: float
    update: float


@dataclass(frozen=True)
class RoundTimings:
    """One round: what the practice workspace timed, in milliseconds, and the breakdown."""

    timings: dict[str, float]
    breakdown: LatencyBreakdown

    @property
    def ratio(self) -> float:
        """Command to sheet divided by the slowest model."""
        return self.timings["sheet_ms"] / self.timings["slowest_model_ms"]

    @property
    def overhead_ms(self) -> float:
        """Milliseconds that are neither the slowest model nor Slack's processing of the upload."""
        return self.timings["sheet_ms"] - self.timings["slowest_model_ms"] - self.timings["upload_wait_ms"]


async def measure_rounds(data: Path, count: int) -> list[RoundTimings]:
    """Run `count` rounds at the practice defaults."""
    timings = []
    async with running_demo(data, 0) as running, ControlClient(running.workspace.address) as control_client:
        for name in NAMES[:count]:
            brief = f"{name}: weathered 60-year-old harbour hand"
            result = await play_main_flow(control_client, brief, running.variables, data / "pictures")
            timings.append(RoundTimings(dict(result["timings"]), await break_down(control_client, name)))
    return timings


async def break_down(control_client: ControlClient, name: str) -> LatencyBreakdown:
    """Break down the round of `name` from its command to its sheet."""
    commands = (await control_client.get("deliveries", kind="slash_commands", limit=500))["deliveries"]
    start = next(d for d in commands if d["payload"]["text"].startswith(f"{name}:"))["sent_at"]
    calls = [call for call in await control_client.usage() if call["at"] >= start and call["outcome"] == "delivered"]
    sheet_update = _first_call(
        await control_client.calls("chat.update"), lambda c: c["at"] >= start and _sheet_file_id(c) is not None
    )
    file_id = _sheet_file_id(sheet_update)
    upload_start = _first_call(
        await control_client.calls("files.getUploadURLExternal"), lambda c: c["answer"]["file_id"] == file_id
    )
    upload_end = _first_call(
        await control_client.calls("files.completeUploadExternal"), lambda c: str(file_id) in str(c["arguments"])
    )
    ready = _first_call(
        await control_client.calls("files.info"), lambda c: c["arguments"].get("file") == file_id and _is_ready(c)
    )
    timestamps = [
        start,
        min(call["at"] for call in calls),
        max(call["at"] + call["seconds"] for call in calls if call["at"] < upload_start["at"]),
        upload_start["at"],
        _finished_at(upload_end),
        _finished_at(ready),
        _finished_at(sheet_update),
    ]
    return LatencyBreakdown(*((after - before) * 1000 for before, after in pairwise(timestamps)))


def summary_rows(timings: list[RoundTimings]) -> list[Row]:
    overheads = [one.overhead_ms for one in timings]
    max_ratio = max(one.ratio for one in timings)
    rows = [
        Row(
            "command to sheet over the slowest model: median, most",
            f"{median(o.ratio for o in timings):.2f}, {max_ratio:.2f} times",
        ),
        Row(
            "of that, neither model nor upload wait: median, most",
            f"{median(overheads):.0f} ms, {max(overheads):.0f} ms",
        ),
        Row(
            "of command to sheet: queue, models, engine, upload, ready, update (medians)",
            ", ".join(
                f"{median(getattr(o.breakdown, part) for o in timings):.0f}"
                for part in LatencyBreakdown.__annotations__
            )
            + " ms",
        ),
        Row(
            "of models, beyond the slowest one (median)",
            f"{median(o.breakdown.models - o.timings['slowest_model_ms'] for o in timings):.0f} ms",
        ),
    ]
    for key, label in (("ack_ms", "ack of a command"), ("recall_ms", "recall of a face")):
        durations = [one.timings[key] for one in timings]
        rows.append(Row(f"{label}: median, most", f"{median(durations):.0f} ms, {max(durations):.0f} ms"))
    return rows


def _first_call(calls: list[Json], predicate: Callable[[Json], bool]) -> Json:
    return next(call for call in calls if call["ok"] and predicate(call))


def _sheet_file_id(call: Json) -> str | None:
    blocks = call["arguments"].get("blocks") or []
    pictures = (b["slack_file"]["id"] for b in blocks if b.get("type") == "image" and "slack_file" in b)
    return next(pictures, None)


def _is_ready(call: Json) -> bool:
    return bool((call["answer"].get("file") or {}).get("mimetype"))


def _finished_at(call: Json) -> float:
    return float(call["at"]) + float(call["ms"]) / 1000
