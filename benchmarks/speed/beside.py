"""`python -m benchmarks.speed.beside DIR`: Castroom's own share of the wait, beside another checkout, in turns."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

_ROOT = Path(__file__).resolve().parent.parent.parent
_PARTS = ("queue", "models", "engine", "upload", "ready", "update", "own")
# Runs in each checkout; the first round, which warms up, does not count.
_SCRIPT = """
import asyncio, json, sys, tempfile
from pathlib import Path
from benchmarks.speed.round_latency import measure_rounds

with tempfile.TemporaryDirectory() as data:
    timings = asyncio.run(measure_rounds(Path(data), int(sys.argv[1])))
print(json.dumps([vars(one.breakdown) | {"own": one.overhead_ms} for one in timings[1:]]))
"""


def main(
    other: Annotated[Path, typer.Argument(help="A checkout of the version before", exists=True, file_okay=False)],
    turns: Annotated[int, typer.Option(min=1, help="Turns of each checkout")] = 2,
    rounds: Annotated[int, typer.Option(min=2, max=7, help="Rounds of a turn")] = 5,
) -> None:
    """Print the medians of both checkouts in milliseconds, with the least in brackets."""
    found: dict[Path, list[dict[str, float]]] = {other: [], _ROOT: []}
    for _ in range(turns):
        for checkout, measured in found.items():
            measured += _measure(checkout, rounds)
    print(f"| checkout | {' | '.join(_PARTS)} |")
    print(f"| --- |{' --- |' * len(_PARTS)}")
    for checkout, measured in found.items():
        columns = ([one[part] for one in measured] for part in _PARTS)
        print(f"| {checkout.name} | {' | '.join(f'{median(c):.0f} ({min(c):.0f})' for c in columns)} |")


def _measure(checkout: Path, rounds: int) -> list[dict[str, float]]:
    """Run rounds of a checkout in a separate process; raises CalledProcessError."""
    command = [sys.executable, "-c", _SCRIPT, str(rounds)]
    output = subprocess.run(command, cwd=checkout, check=True, stdout=subprocess.PIPE, text=True).stdout
    result: list[dict[str, float]] = json.loads(output.splitlines()[-1])
    return result


if __name__ == "__main__":
    typer.run(main)
