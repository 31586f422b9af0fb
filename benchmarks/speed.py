"""How fast and how large: the way of a round, the contact sheet, 4K answers, the bot at rest."""

from pathlib import Path

from benchmarks.dollars import dollars
from benchmarks.four_k import four_k
from benchmarks.idle import Idle, idle
from benchmarks.section import Amount, Row, Section
from benchmarks.sheets import sheets
from benchmarks.story import stories, summary


async def measure(data: Path, amount: Amount) -> Section:
    ours, bare = await idle(data / "idle", amount.of(5, 20))
    told = await stories(data / "story", amount.of(2, 5))
    large = await four_k(data / "four_k")
    cost = await dollars(data / "dollars")
    rows = [*summary(told), *_idle_rows(ours, bare), *sheets(), *large.rows(), *cost.rows()]
    return Section("Speed, memory and cost", tuple(Row(what, figure) for what, figure in rows))


def _idle_rows(ours: Idle, bare: Idle) -> list[tuple[str, str]]:
    more = f"{ours.cpu - bare.cpu:.1%} of a core"
    return [
        ("idle: bot, bare Bolt listener, difference", f"{ours.cpu:.1%}, {bare.cpu:.1%}, {more}"),
        ("idle memory: bot, bare Bolt listener", f"{ours.megabytes:.0f} MB, {bare.megabytes:.0f} MB"),
        ("idle threads: bot, bare Bolt listener", f"{ours.threads}, {bare.threads}"),
    ]
