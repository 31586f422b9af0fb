"""Many histories of ballots, and how many of their tallies differed from a plain model's.

`python -m benchmarks.ballot_model FOLDER COUNT SEED STEPS` plays so many and prints what was played as JSON.
"""

import asyncio
import json
import logging
import os
import sys
import traceback
from asyncio.subprocess import PIPE
from pathlib import Path
from subprocess import CalledProcessError

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.ballot_model.machine import BallotMachine, HistoryStats
from benchmarks.harness.listeners import open_listener_harness
from benchmarks.report import Row, RunSize, Section

_STEPS_PER_HISTORY = 5  # of each of ten thousand
_HISTORIES_PER_RUN = 100  # Hypothesis remembers what it tried, and takes longer with each
_PROCESSES_PER_CORE = 3  # of the processes that play them
_ROOT = Path(__file__).resolve().parents[2]


def run_histories(folder: Path, count: int, first_seed: int, steps: int) -> HistoryStats:
    """Play at least `count` histories of at most so many steps on one database in `folder`.

    Raises AssertionError at the first that differs. Hypothesis does not count those it cuts short; they come to their
    end as well, and count here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with asyncio.Runner() as runner:
        harness = open_listener_harness(folder)
        BallotMachine.runner, BallotMachine.stats = runner, HistoryStats()
        BallotMachine.harness = runner.run(harness.__aenter__())
        try:
            while (remaining := count - BallotMachine.stats.histories) > 0:
                batch = min(-(-remaining * 3 // 4), _HISTORIES_PER_RUN)
                run_state_machine_as_test(seed(first_seed + remaining)(BallotMachine), settings=_settings(batch, steps))
        finally:
            runner.run(harness.__aexit__(None, None, None))
    return BallotMachine.stats


def _settings(count: int, steps: int) -> settings:
    """Without shrinking: what does not agree is told as it was found."""
    return settings(
        max_examples=count,
        stateful_step_count=steps,
        phases=(Phase.generate,),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


async def measure(data: Path, run_size: RunSize) -> Section:
    """Some processes a core, since each waits most of the time: Bolt looks every hundredth of a second whether a
    listener has acknowledged. Databases and seeds of their own."""
    processes = (os.cpu_count() or 2) * run_size.pick(1, _PROCESSES_PER_CORE)
    share = -(-run_size.pick(80, 10_000) // processes)
    results = await asyncio.gather(*(_run_in_process(data / str(n), share, n + 1) for n in range(processes)))
    total = sum(results, HistoryStats())
    difference_row = Row("tallies that differed from the model's", str(total.differed), "0")
    rows = (
        Row("histories of redelivered, reordered, duplicated and simultaneous events", f"{total.histories:,}"),
        Row("payloads through the listeners", f"{total.deliveries:,}"),
        Row("times the tally was compared", f"{total.compared:,}"),
        difference_row,
    )
    summary_row = Row(
        f"{total.histories:,} histories of events: {difference_row.label}", difference_row.figure, difference_row.goal
    )
    return Section("Histories", rows, _NOTES, (summary_row,))


_NOTES = (
    "Three users press and react on two candidates while the lead closes, extends and locks, and deadlines pass. "
    "Every event arrives late, twice or in another order; the bot's clock is behind Slack's, equal to it or ahead of "
    "it. The payloads go through the real listeners and use cases into an SQLite file. The model to compare with is "
    "`benchmarks/ballot_model/reference_ballot.py`. The first difference ends a process, and the process prints it.",
)


async def _run_in_process(folder: Path, count: int, first_seed: int) -> HistoryStats:
    """In a process of its own, which says on standard error what differed; raises CalledProcessError if it broke."""
    command = (
        sys.executable,
        "-m",
        "benchmarks.ballot_model",
        str(folder),
        str(count),
        str(first_seed),
        str(_STEPS_PER_HISTORY),
    )
    process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdout=PIPE)
    stdout, _ = await process.communicate()
    if process.returncode:
        raise CalledProcessError(process.returncode, command)
    return HistoryStats(**json.loads(stdout))


def _main(folder: str, count: str, first_seed: str, steps: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        run_histories(Path(folder), int(count), int(first_seed), int(steps))
    except AssertionError:
        traceback.print_exc()
    print(json.dumps(vars(BallotMachine.stats)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
