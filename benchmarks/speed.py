"""How fast and how large: the way of a round, the contact sheet, 4K answers, rosters of any size, the bot at rest."""

import asyncio
from pathlib import Path

from benchmarks import sheets, story
from benchmarks.cold import cold
from benchmarks.decoding import decoding
from benchmarks.dollars import dollars
from benchmarks.four_k import four_k
from benchmarks.growth import growth
from benchmarks.idle import Idle, idle
from benchmarks.section import Amount, Row, Section

_KINDS = ("PNG", "JPEG", "WebP")


async def measure(data: Path, amount: Amount) -> Section:
    full = amount is Amount.FULL
    ours, bare = await idle(data / "idle", amount.of(2, 10))
    starts = await cold(data / "cold", amount.of(1, 4))
    told = await story.stories(data / "story", amount.of(1, 4))
    looking, looked = await growth(data / "growth", amount)
    composing = await asyncio.to_thread(sheets.sheets, amount)
    large = [row for one in await four_k(data / "four_k", _KINDS if full else ("JPEG",)) for row in one.rows()]
    alone = ", ".join([f"{kind} {await decoding(kind):.0f} MB" for kind in _KINDS])
    cost = (await dollars(data / "dollars")).rows() if full else []
    rows = [
        *story.summary(told),
        *composing,
        *large,
        Row("one 4K original decoded by Pillow alone, in a process of its own: memory", alone),
        *looking,
        *starts,
        *_idle_rows(ours, bare),
        *(Row(what, figure) for what, figure in cost),
    ]
    short = tuple(row for row in rows if row.what.startswith(_SHORT))
    return Section("Speed, memory and cost", tuple(rows), (story.NOTE, sheets.NOTE, _DECODING, *looked, _IDLE), short)


_SHORT = (
    "command to sheet over", "contact sheet of", "eight 4K answers in PNG: peak", "eight 4K answers in JPEG: peak",
    "eight 4K answers in WebP: peak", "recall by name", "recall by a name", "cold start", "idle: ", "idle memory",
)  # fmt: skip
_DECODING = (
    "Pillow's WebP decoder holds a picture four times at once (two canvases of libwebp, the bytes it hands over, the "
    "pixels made of them), for twelve million pixels 200 MB before anything else; its JPEG and PNG decoders hold it "
    "once. So one WebP original in 4K takes more than all of the goal. Castroom asks for PNG wherever a vendor lets "
    "it choose; only one that answers otherwise sends WebP. Portraits are decoded one at a time: eight need no more "
    "than one."
)
_IDLE = (
    "The goal of 2 % of a core is held against the difference to a Bolt listener that does nothing, in the same run: "
    "what Bolt's own socket takes, Castroom cannot lower."
)


def _idle_rows(ours: Idle, bare: Idle) -> list[Row]:
    more = f"{ours.cpu - bare.cpu:.1%} of a core"
    return [
        Row("idle: bot, bare Bolt listener, difference", f"{ours.cpu:.1%}, {bare.cpu:.1%}, {more}", "under 2 % over"),
        Row(
            "idle memory: bot, bare Bolt listener", f"{ours.megabytes:.0f} MB, {bare.megabytes:.0f} MB", "under 150 MB"
        ),
        Row("idle threads: bot, bare Bolt listener", f"{ours.threads}, {bare.threads}"),
    ]
