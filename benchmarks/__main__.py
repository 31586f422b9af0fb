"""`python -m benchmarks`: measures, prints, and with --write keeps the table in docs/benchmarks.md."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.dollars import dollars
from benchmarks.four_k import four_k
from benchmarks.idle import Idle, idle
from benchmarks.kills import Losses, kills
from benchmarks.sheets import sheets
from benchmarks.story import stories, summary

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


async def measured(count: int, seconds: float, times: int) -> list[tuple[str, str]]:
    """Rows of (what, figure) of everything that is measured."""
    with tempfile.TemporaryDirectory() as data:
        ours, bare = await idle(Path(data) / "idle", seconds)
        told = await stories(Path(data) / "story", count)
        large = await four_k(Path(data) / "four_k")
        cost = await dollars(Path(data) / "dollars")
        losses, _ = await kills(Path(data) / "kills", times)
    return [*summary(told), *_idle_rows(ours, bare), *sheets(), *large.rows(), *cost.rows(), *_kill_rows(losses)]


def _kill_rows(losses: Losses) -> list[tuple[str, str]]:
    ended = f"{losses.locked} locked, {losses.called_off} called off by their lead"
    return [
        (f"{losses.kills} kills (-9) of the bot during {losses.rounds} rounds", ended),
        ("votes lost, locks lost, rounds stuck", f"{losses.votes_lost}, {losses.locks_lost}, {losses.stuck}"),
        ("portraits paid twice, messages posted twice", f"{losses.paid_twice}, {losses.posted_twice}"),
        ("portraits kept as perhaps charged that were not drawn", f"{losses.differences}"),
    ]


def _idle_rows(ours: Idle, bare: Idle) -> list[tuple[str, str]]:
    more = f"{ours.cpu - bare.cpu:.1%} of a core"
    return [
        ("idle: bot, bare Bolt listener, difference", f"{ours.cpu:.1%}, {bare.cpu:.1%}, {more}"),
        ("idle memory: bot, bare Bolt listener", f"{ours.megabytes:.0f} MB, {bare.megabytes:.0f} MB"),
        ("idle threads: bot, bare Bolt listener", f"{ours.threads}, {bare.threads}"),
    ]


def page(rows: list[tuple[str, str]]) -> str:
    """The table as Markdown, with the machine it was made on."""
    machine = f"{os.cpu_count()} cores, {platform.system()}, CPython {platform.python_version()}"
    lines = [
        "# Benchmarks",
        "",
        f"Made by `python -m benchmarks {' '.join(sys.argv[1:])}` on {datetime.now(UTC):%d %B %Y}: {machine}.",
        "The practice workspace,",
        "the models' drawing and the bot share these cores: read ratios and differences within this run.",
        "",
        "| what | figure |",
        "| --- | --- |",
        *(f"| {what} | {figure} |" for what, figure in rows),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--stories", type=int, default=5, help="whole stories to play")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to look at idle processes")
    parser.add_argument("--kills", type=int, default=200, help="how often the bot is killed")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/benchmarks.md")
    asked = parser.parse_args()
    text = page(asyncio.run(measured(asked.stories, asked.seconds, asked.kills)))
    print(text)
    if asked.write:
        _PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
