"""Signing and reading Content Credentials: times, sidecar sizes, memory, and what the event loop waits meanwhile."""

import asyncio
import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.report import Row, RunSize, Section
from playground.processes import ROOT

_NOTES = (
    "Pictures of noise, as PNG; the larger one has the size of a 4K portrait and more bytes than most. Each figure is "
    "of a process that does nothing else, with a task that asks the event loop for a turn every millisecond. Signing "
    "and reading take one picture at a time, in a thread of their own.",
    "Reading is on the path of every paid portrait, after its check; the other figures are of work after the lock. "
    "Without credentials a passport is a new manifest, with credentials an update of the vendor's. A finish names its "
    "original as its parent. Signing includes the check that the sidecar verifies against the picture.",
    "A run signs or reads four 4K pictures that are asked for at once; at rest it is half a second. The figures are "
    "the worst lag of the best run, of the median run and of the worst run. Other programs of the machine add to each: "
    "at rest they are all that is measured.",
    "Memory is the process's own, before the library is loaded, with the library after the first picture, and at its "
    "peak; the pictures themselves are in it, 53 MB.",
)


async def measure(data: Path, run_size: RunSize) -> Section:
    """Measure in a child process, whose memory and event loop are its own."""
    await asyncio.to_thread(data.mkdir, parents=True)
    rounds = run_size.pick(3, 20)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.passport.signing", str(data), str(rounds),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the measurement of signing ended with an error")
    figures: dict[str, Any] = json.loads(output)
    rows = [*_timed_rows(figures["sizes"]), *_loop_rows(figures), _memory_row(figures)]
    worst = Row("signing 4K passports: the event loop's worst lag", _lags(figures["lag_ms"]), "under 50 ms")
    return Section("Passports", tuple(rows), (f"{rounds} pictures a row.", *_NOTES), (worst,))


def _timed_rows(sizes: list[dict[str, Any]]) -> list[Row]:
    rows = []
    for size in sizes:
        label = f"{size['width']} × {size['height']}, {size['megabytes']:.1f} MB"
        rows += [
            Row(f"{label}: reading, without and with credentials", _pair(size["read_ms"], "ms")),
            Row(f"{label}: signing, without and with credentials", _pair(size["sign_ms"], "ms")),
            Row(f"{label}: signing a finish of that size", f"{size['finish_ms']:.0f} ms"),
            Row(f"{label}: verifying, without and with credentials", _pair(size["verify_ms"], "ms")),
            Row(f"{label}: sidecar, without and with credentials", _pair(size["sidecar_kb"], "kB", 1)),
        ]
    return rows


def _loop_rows(figures: dict[str, Any]) -> list[Row]:
    return [
        Row("the event loop's worst lag while 4K pictures are signed", _lags(figures["lag_ms"]), "under 50 ms"),
        Row("… while 4K pictures are read", _lags(figures["read_lag_ms"]), "under 50 ms"),
        Row("… while the library is loaded", f"{figures['load_lag_ms'][0]:.0f} ms", "under 50 ms"),
        Row("… of the same process at rest", _lags(figures["rest_lag_ms"])),
    ]


def _memory_row(figures: dict[str, Any]) -> Row:
    before, loaded, peak = (figures[f"{name}_mb"] for name in ("before", "loaded", "peak"))
    return Row("memory: before, with the library, at the peak", f"{before:.0f} MB, {loaded:.0f} MB, {peak:.0f} MB")


def _lags(worst: list[float]) -> str:
    """Return the least, the median and the most of the runs' worst lags."""
    return f"{min(worst):.0f} / {median(worst):.0f} / {max(worst):.0f} ms"


def _pair(values: list[float], unit: str, digits: int = 0) -> str:
    return ", ".join(f"{value:.{digits}f} {unit}" for value in values)
