"""`python -m benchmarks [PART ...] [--quick] [--write]`: measures, prints, and keeps the tables where asked."""

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from benchmarks.parts import PARTS, STEPS
from benchmarks.section import Amount, Row, Section

_ROOT = Path(__file__).resolve().parent.parent
_PAGE, _README = _ROOT / "docs" / "benchmarks.md", _ROOT / "README.md"
_FROM, _TO = "<!-- figures: {} -->", "<!-- end of figures -->"


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(PARTS)}; all where none is named")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Less of everything, in two minutes")] = False,
    write: Annotated[bool, typer.Option("--write", help="Keep the tables: docs/benchmarks.md, README.md")] = False,
) -> None:
    """Measure, and print each part's table as it is done."""
    if unknown := set(parts or ()) - PARTS.keys():
        raise typer.BadParameter(f"There is no part {', '.join(sorted(unknown))}: {', '.join(PARTS)}.")
    start = monotonic()
    amount = Amount.QUICK if quick else Amount.FULL
    told = asyncio.run(measured(parts or list(PARTS), amount))
    for name, section in told.items():
        text = table(name, section, amount)
        print(text, flush=True)
        if write:
            _keep(_PAGE, name, text)
    if write and told.keys() == PARTS.keys():
        _keep(_README, "short", short(told.values()))
    print(f"{monotonic() - start:.0f} s", file=sys.stderr)


async def measured(wanted: Sequence[str], amount: Amount) -> dict[str, Section]:
    """The sections by name, step by step."""
    told: dict[str, Section] = {}
    with tempfile.TemporaryDirectory() as data:
        for step in STEPS:
            names = [name for name in step if name in wanted]
            if not names:
                continue
            async with asyncio.TaskGroup() as group:
                tasks = {name: group.create_task(_one(name, Path(data) / name, amount)) for name in names}
            told |= {name: task.result() for name, task in tasks.items()}
    return {name: told[name] for name in PARTS if name in told}


async def _one(name: str, data: Path, amount: Amount) -> Section:
    start = monotonic()
    section = await PARTS[name](data, amount)
    print(f"{name}: {monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return section


def table(name: str, section: Section, amount: Amount) -> str:
    """A section as Markdown: its figures, and when, where and by what command they were made."""
    command = f"python -m benchmarks {name}{' --quick' if amount is Amount.QUICK else ''}"
    made = f"`{command}`, {datetime.now(UTC):%d %B %Y}, {machine()}."
    notes = [line for note in section.notes for line in ("", note)]
    return "\n".join([f"## {section.title}", "", made, "", *_lines(section.rows), *notes, ""])


def short(sections: Iterable[Section]) -> str:
    """What the README shows of all parts."""
    return "\n".join([*_lines([row for section in sections for row in section.short]), ""])


def machine() -> str:
    """Cores, processor, memory, system and Python."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores ({_processor()}), {pages * size / 2**30:.0f} GB, {platform.system()}, "
        f"CPython {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _lines(rows: Sequence[Row]) -> list[str]:
    goals = any(row.goal for row in rows)
    head = ["| what | figure | goal |", "| --- | --- | --- |"] if goals else ["| what | figure |", "| --- | --- |"]
    return head + [f"| {row.what} | {row.figure} |" + (f" {row.goal} |" if goals else "") for row in rows]


def _keep(file: Path, name: str, text: str) -> None:
    """Write a table in its place; raises ValueError where the page has no place for it."""
    page, opening = file.read_text("utf-8"), _FROM.format(name)
    start = page.index(opening) + len(opening)
    file.write_text(f"{page[:start]}\n{text}{page[page.index(_TO, start) :]}", "utf-8")


if __name__ == "__main__":
    typer.run(main)
