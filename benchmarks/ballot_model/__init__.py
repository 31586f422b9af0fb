"""Stateful test: random histories of votes through the real listeners, compared with a reference ballot."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from subprocess import CalledProcessError

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.ballot_model.machine import BallotMachine, HistoryStats
from benchmarks.harness.listeners import open_listener_harness
from benchmarks.report import Row, RunSize, Section

_STEPS_PER_HISTORY = 5
_HISTORIES_PER_RUN = 100  # Hypothesis remembers every example and gets slower with each
_PROCESSES_PER_CORE = 3
_ROOT = Path(__file__).resolve().parents[2]


def run_histories(folder: Path, count: int, first_seed: int, steps: int) -> HistoryStats:
    """Run at least `count` histories of at most `steps` steps on one database in `folder`.

    Raises AssertionError at the first difference. Hypothesis does not count the histories that it cuts short; this
    function does, because they finish as well.
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
    """Return Hypothesis settings without shrinking: a failing history is reported as it was found."""
    return settings(
        max_examples=count,
        stateful_step_count=steps,
        phases=(Phase.generate,),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


async def measure(data: Path, run_size: RunSize) -> Section:
    """Run the histories in several processes, each with its own database and seed.

    There are more processes than cores, since each mostly waits: Bolt polls every 10 ms for a listener's ack.
    """
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
    "Three people press and react on two candidates. Meanwhile the lead closes, extends and locks, and deadlines pass. "
    "Events arrive late, twice or in another order. The bot's clock is behind Slack's, right or ahead. The payloads "
    "go through the real listeners and use cases into an SQLite file. The reference model is "
    "`benchmarks/ballot_model/reference_ballot.py`. A process stops at the first difference and prints it.",
)


async def _run_in_process(folder: Path, count: int, first_seed: int) -> HistoryStats:
    """Run histories in a child process, which prints differences to stderr; raises CalledProcessError if it fails."""
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
