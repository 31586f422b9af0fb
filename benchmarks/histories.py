"""Many histories of ballots, and how many of their tallies differed from a plain model's.

`python -m benchmarks.histories FOLDER COUNT SEED STEPS` plays so many and prints what was played as JSON.
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

from benchmarks.booth import open_booth
from benchmarks.history import History, Played
from benchmarks.section import Amount, Row, Section

_STEPS = 5  # of each of ten thousand
_AT_ONCE = 100  # Hypothesis remembers what it tried, and takes longer with each
_A_CORE = 3  # of the processes that play them
_ROOT = Path(__file__).resolve().parent.parent


def play(folder: Path, count: int, chance: int, steps: int) -> Played:
    """Play at least `count` histories of at most so many steps on one database in `folder`.

    Raises AssertionError at the first that differs. Hypothesis does not count those it cuts short; they come to their
    end as well, and count here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with asyncio.Runner() as runner:
        booth = open_booth(folder)
        History.runner, History.played = runner, Played()
        History.booth = runner.run(booth.__aenter__())
        try:
            while (left := count - History.played.histories) > 0:
                some = min(-(-left * 3 // 4), _AT_ONCE)
                run_state_machine_as_test(seed(chance + left)(History), settings=_settings(some, steps))
        finally:
            runner.run(booth.__aexit__(None, None, None))
    return History.played


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


async def measure(data: Path, amount: Amount) -> Section:
    """Some processes a core, since each waits most of the time: Bolt looks every hundredth of a second whether a
    listener has acknowledged. Databases and seeds of their own."""
    processes = (os.cpu_count() or 2) * amount.of(1, _A_CORE)
    share = -(-amount.of(80, 10_000) // processes)
    apart = await asyncio.gather(*(_apart(data / str(n), share, n + 1) for n in range(processes)))
    played = sum(apart, Played())
    same = Row("tallies that differed from the model's", str(played.differed), "0")
    rows = (
        Row("histories of redelivered, reordered, duplicated and simultaneous events", f"{played.histories:,}"),
        Row("payloads through the listeners", f"{played.deliveries:,}"),
        Row("times the tally was compared", f"{played.compared:,}"),
        same,
    )
    short = Row(f"{played.histories:,} histories of events: {same.what}", same.figure, same.goal)
    return Section("Histories", rows, _NOTES, (short,))


_NOTES = (
    "Three people press and react on two candidates while the lead closes, extends and locks and deadlines pass; "
    "everything arrives late, twice or in another order, with the bot's clock behind Slack's, right or ahead. The "
    "payloads go through the real listeners and use cases into an SQLite file; the model beside them is "
    "`benchmarks/tallying.py`. The first difference ends a process, which says what it was.",
)


async def _apart(folder: Path, count: int, chance: int) -> Played:
    """In a process of its own, which says on standard error what differed; raises CalledProcessError if it broke."""
    command = (sys.executable, "-m", "benchmarks.histories", str(folder), str(count), str(chance), str(_STEPS))
    process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdout=PIPE)
    said, _ = await process.communicate()
    if process.returncode:
        raise CalledProcessError(process.returncode, command)
    return Played(**json.loads(said))


def _main(folder: str, count: str, chance: str, steps: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        play(Path(folder), int(count), int(chance), int(steps))
    except AssertionError:
        traceback.print_exc()
    print(json.dumps(vars(History.played)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
