"""Speed and size: round latency, contact sheets, 4K responses, rosters of any size, the idle bot."""

import asyncio
from pathlib import Path

from benchmarks.report import Row, RunSize, Section
from benchmarks.speed import contact_sheet, round_latency
from benchmarks.speed.cold_start import measure_cold_start
from benchmarks.speed.cost import measure_cost
from benchmarks.speed.idle import IdleUsage, measure_idle
from benchmarks.speed.memory_4k import measure_memory_4k
from benchmarks.speed.pillow_baseline import pillow_megabytes
from benchmarks.speed.roster_scaling import measure_roster_scaling

_IMAGE_FORMATS = ("PNG", "JPEG", "WebP")


async def measure(data: Path, run_size: RunSize) -> Section:
    is_full = run_size is RunSize.FULL
    bot_usage, bare_usage = await measure_idle(data / "idle", run_size.pick(2, 10))
    cold_start_rows = await measure_cold_start(data / "cold", run_size.pick(1, 4))
    round_timings = await round_latency.measure_rounds(data / "rounds", run_size.pick(1, 4))
    scaling_rows, scaling_notes = await measure_roster_scaling(data / "roster", run_size)
    sheet_rows = await asyncio.to_thread(contact_sheet.measure_contact_sheets, run_size)
    memory_rows = [
        row
        for one in await measure_memory_4k(data / "four_k", _IMAGE_FORMATS if is_full else ("JPEG",))
        for row in one.rows()
    ]
    pillow_figure = ", ".join([f"{kind} {await pillow_megabytes(kind):.0f} MB" for kind in _IMAGE_FORMATS])
    cost_rows = (await measure_cost(data / "cost")).rows() if is_full else []
    rows = [
        *round_latency.summary_rows(round_timings),
        *sheet_rows,
        *memory_rows,
        Row("one 4K original decoded by Pillow in a separate process: memory", pillow_figure),
        *scaling_rows,
        *cold_start_rows,
        *_idle_rows(bot_usage, bare_usage),
        *(Row(what, figure) for what, figure in cost_rows),
    ]
    summary = tuple(row for row in rows if row.label.startswith(_SUMMARY_PREFIXES))
    return Section(
        "Speed, memory and cost",
        tuple(rows),
        (round_latency.NOTE, contact_sheet.NOTE, _DECODING_NOTE, *scaling_notes, _IDLE_NOTE),
        summary,
    )


_SUMMARY_PREFIXES = (
    "command to sheet over",
    "contact sheet of",
    "eight 4K responses in PNG: peak",
    "eight 4K responses in JPEG: peak",
    "eight 4K responses in WebP: peak",
    "recall by name",
    "recall by a misspelt name",
    "cold start",
    "idle: ",
    "idle memory",
)
_DECODING_NOTE = (
    "Pillow's WebP decoder holds a picture four times at once (two canvases of libwebp, the bytes it returns, the "
    "pixels made from them): for twelve million pixels 200 MB in addition to everything else. Its JPEG and PNG "
    "decoders hold it once. So a single 4K original in WebP exceeds the goal. Castroom requests PNG from every "
    "provider that offers a choice; only one without a choice sends WebP. The bot decodes one portrait at a time, so "
    "eight need no more memory than one."
)
_IDLE_NOTE = (
    "The goal of 2 % of a core applies to the difference from an idle Bolt listener in the same run: Castroom cannot "
    "lower what Bolt's own socket uses."
)


def _idle_rows(bot_usage: IdleUsage, bare_usage: IdleUsage) -> list[Row]:
    difference = f"{bot_usage.cpu - bare_usage.cpu:.1%} of a core"
    return [
        Row(
            "idle: bot, bare Bolt listener, difference",
            f"{bot_usage.cpu:.1%}, {bare_usage.cpu:.1%}, {difference}",
            "under 2 % over",
        ),
        Row(
            "idle memory: bot, bare Bolt listener",
            f"{bot_usage.megabytes:.0f} MB, {bare_usage.megabytes:.0f} MB",
            "under 150 MB",
        ),
        Row("idle threads: bot, bare Bolt listener", f"{bot_usage.threads}, {bare_usage.threads}"),
    ]
