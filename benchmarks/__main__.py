"""`python -m benchmarks [PART ...] [--quick] [--write]`: measure, print the tables, and write them to the documents.

`--postgres` runs the variant of a part with PostgreSQL and S3.
"""

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from benchmarks.report import Measure, Row, RunSize, Section
from benchmarks.suite import ON_POSTGRES, PARTS, STEPS, on_replicas

_ROOT = Path(__file__).resolve().parent.parent
_BENCHMARKS_PAGE = _ROOT / "docs" / "benchmarks.md"
_START_MARKER, _END_MARKER = "<!-- figures: {} -->", "<!-- end of figures -->"


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"Parts to run: {', '.join(PARTS)} (default: all)")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Run smaller parts, in ten minutes")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the tables to docs/benchmarks.md")] = False,
    postgres: Annotated[bool, typer.Option("--postgres", help="Run faults or load on PostgreSQL and S3")] = False,
    s3: Annotated[bool, typer.Option("--s3", help="Keep portraits in S3; always so with --postgres")] = False,
    replicas: Annotated[int, typer.Option("--replicas", min=2, max=9, help="Bots on the same database")] = 3,
) -> None:
    """Run benchmarks and print a table for each part."""
    if unknown := set(parts or ()) - PARTS.keys():
        raise typer.BadParameter(f"There is no part {', '.join(sorted(unknown))}: {', '.join(PARTS)}.")
    if s3 and not postgres:
        raise typer.BadParameter("--s3 needs --postgres: a bot on SQLite keeps its portraits in a folder.")
    if postgres:
        if missing := set(parts or PARTS) - ON_POSTGRES.keys():
            raise typer.BadParameter(f"Only {', '.join(ON_POSTGRES)} run on PostgreSQL, not {', '.join(missing)}.")
        parts = [ON_POSTGRES[name] for name in parts or ON_POSTGRES]
    start = monotonic()
    run_size = RunSize.QUICK if quick else RunSize.FULL
    sections = asyncio.run(run_parts(parts or list(PARTS), run_size, on_replicas(replicas)))
    for name, section in sections.items():
        text = render_section(name, section, run_size)
        print(text, flush=True)
        if write:
            _replace_table(_BENCHMARKS_PAGE, name, text)
    if write and sections.keys() == PARTS.keys():
        _replace_table(_BENCHMARKS_PAGE, "short", render_summary(sections.values()))
    print(f"{monotonic() - start:.0f} s", file=sys.stderr)


async def run_parts(
    names: Sequence[str], run_size: RunSize, measures: Mapping[str, Measure] = PARTS
) -> dict[str, Section]:
    """Run the parts step by step; return their sections by name."""
    sections: dict[str, Section] = {}
    with tempfile.TemporaryDirectory() as data:
        for step in STEPS:
            step_names = [name for name in step if name in names]
            if not step_names:
                continue
            async with asyncio.TaskGroup() as group:
                tasks = {
                    name: group.create_task(_run_part(name, measures[name], Path(data) / name, run_size))
                    for name in step_names
                }
            sections |= {name: task.result() for name, task in tasks.items()}
    return {name: sections[name] for name in PARTS if name in sections}


async def _run_part(name: str, measure: Measure, data: Path, run_size: RunSize) -> Section:
    start = monotonic()
    section = await measure(data, run_size)
    print(f"{name}: {monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return section


def render_section(name: str, section: Section, run_size: RunSize) -> str:
    """Render a section as Markdown: its command, date, machine, figures and notes."""
    variants = {variant: f"{part} --postgres" for part, variant in ON_POSTGRES.items()}
    command = f"python -m benchmarks {variants.get(name, name)}{' --quick' if run_size is RunSize.QUICK else ''}"
    provenance = f"`{command}`, {datetime.now(UTC):%d %B %Y}, {describe_machine()}."
    notes = [line for note in section.notes for line in ("", note)]
    return "\n".join([f"## {section.title}", "", provenance, "", *_render_rows(section.rows), *notes, ""])


def render_summary(sections: Iterable[Section]) -> str:
    """Render the summary of all parts."""
    return "\n".join([*_render_rows([row for section in sections for row in section.summary]), ""])


def describe_machine() -> str:
    """Return cores, processor, memory, system and Python version."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores ({_processor_name()}), {pages * size / 2**30:.0f} GB, {platform.system()}, "
        f"CPython {platform.python_version()}"
    )


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _render_rows(rows: Sequence[Row]) -> list[str]:
    has_goals = any(row.goal for row in rows)
    header = (
        ["| what | figure | goal |", "| --- | --- | --- |"] if has_goals else ["| what | figure |", "| --- | --- |"]
    )
    return header + [f"| {row.label} | {row.figure} |" + (f" {row.goal} |" if has_goals else "") for row in rows]


def _replace_table(file: Path, name: str, text: str) -> None:
    """Replace the table between its markers; raises ValueError if the page has none."""
    page, start_marker = file.read_text("utf-8"), _START_MARKER.format(name)
    start = page.index(start_marker) + len(start_marker)
    file.write_text(f"{page[:start]}\n{text}{page[page.index(_END_MARKER, start) :]}", "utf-8")


if __name__ == "__main__":
    typer.run(main)
