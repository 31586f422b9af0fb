"""How much Castroom adds to the slowest model, over several whole stories in one run, and where that goes."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.section import Row
from playground.demo import together
from playground.door import Door, Json
from playground.story import tell

NAMES = ("Maya", "Ines", "Otto", "Sable", "Wren", "Zora", "Abel")

NOTE = (
    "Where the time between command and sheet goes is read off the wire, by the practice workspace's clock: queue, "
    "from the command to the first model asked (validated, priced, saved, acknowledged, posted); models, to the end "
    "of the last answer; engine, to the first call of the sheet's upload (the answer read, checked and kept, the "
    "sheet composed); upload, until Slack has the whole file; ready, until Slack says that it may be shown (the "
    "practice workspace takes its time over that, as Slack does); update, until the message shows it. They add up to "
    "the whole."
)


@dataclass(frozen=True)
class Split:
    """Where the milliseconds from a command to its sheet went; in this order they follow each other without a gap."""

    queue: float
    models: float
    engine: float
    upload: float
    ready: float
    update: float


@dataclass(frozen=True)
class Told:
    """One story: what the practice workspace timed, in milliseconds, and how its way to the sheet divides."""

    timings: dict[str, float]
    split: Split

    @property
    def ratio(self) -> float:
        """Command to sheet over the slowest model."""
        return self.timings["sheet_ms"] / self.timings["slowest_model_ms"]

    @property
    def over(self) -> float:
        """What is neither the slowest model nor Slack making the upload ready, in milliseconds."""
        return self.timings["sheet_ms"] - self.timings["slowest_model_ms"] - self.timings["upload_wait_ms"]


async def stories(data: Path, count: int) -> list[Told]:
    """`count` stories at the practice defaults."""
    told = []
    async with together(data, 0) as running, Door(running.workspace.address) as door:
        for name in NAMES[:count]:
            brief = f"{name}: weathered 60-year-old harbour hand"
            one = await tell(door, brief, running.variables, data / "pictures")
            told.append(Told(dict(one["timings"]), await split(door, name)))
    return told


async def split(door: Door, name: str) -> Split:
    """The way of the round of `name`, which was cast once, from its command to its sheet."""
    commands = (await door.get("deliveries", kind="slash_commands", limit=500))["deliveries"]
    start = next(d for d in commands if d["payload"]["text"].startswith(f"{name}:"))["sent_at"]
    calls = [call for call in await door.bill() if call["at"] >= start and call["outcome"] == "delivered"]
    shown = _first(await door.calls("chat.update"), lambda c: c["at"] >= start and _sheet(c) is not None)
    file_id = _sheet(shown)
    begun = _first(await door.calls("files.getUploadURLExternal"), lambda c: c["answer"]["file_id"] == file_id)
    done = _first(await door.calls("files.completeUploadExternal"), lambda c: str(file_id) in str(c["arguments"]))
    ready = _first(await door.calls("files.info"), lambda c: c["arguments"].get("file") == file_id and _is_ready(c))
    moments = [
        start,
        min(call["at"] for call in calls),
        max(call["at"] + call["seconds"] for call in calls if call["at"] < begun["at"]),
        begun["at"],
        _end(done),
        _end(ready),
        _end(shown),
    ]
    return Split(*((after - before) * 1000 for before, after in pairwise(moments)))


def summary(told: list[Told]) -> list[Row]:
    over = [one.over for one in told]
    most = max(one.ratio for one in told)
    rows = [
        Row(
            "command to sheet over the slowest model: median, most",
            f"{median(o.ratio for o in told):.2f}, {most:.2f} times",
        ),
        Row("of that, neither model nor upload wait: median, most", f"{median(over):.0f} ms, {max(over):.0f} ms"),
        Row(
            "of command to sheet: queue, models, engine, upload, ready, update (medians)",
            ", ".join(f"{median(getattr(o.split, part) for o in told):.0f}" for part in Split.__annotations__) + " ms",
        ),
        Row(
            "of models, beyond the slowest one (median)",
            f"{median(o.split.models - o.timings['slowest_model_ms'] for o in told):.0f} ms",
        ),
    ]
    for key, what in (("ack_ms", "ack of a command"), ("recall_ms", "recall of a face")):
        spent = [one.timings[key] for one in told]
        rows.append(Row(f"{what}: median, most", f"{median(spent):.0f} ms, {max(spent):.0f} ms"))
    return rows


def _first(calls: list[Json], fits: Callable[[Json], bool]) -> Json:
    return next(call for call in calls if call["ok"] and fits(call))


def _sheet(call: Json) -> str | None:
    blocks = call["arguments"].get("blocks") or []
    pictures = (b["slack_file"]["id"] for b in blocks if b.get("type") == "image" and "slack_file" in b)
    return next(pictures, None)


def _is_ready(call: Json) -> bool:
    return bool((call["answer"].get("file") or {}).get("mimetype"))


def _end(call: Json) -> float:
    return float(call["at"]) + float(call["ms"]) / 1000
