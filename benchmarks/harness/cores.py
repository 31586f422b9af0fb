"""Places for groups of processes on the machine's cores, so that one group does not take the time of another."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def separate_cores() -> Iterator[set[int]]:
    """Keep this process, and what it starts, off a core in the block; yield that core, or nothing where there is one.

    A process that was started before stays where it is.
    """
    allowed = os.sched_getaffinity(0)
    free = {min(allowed)} if len(allowed) > 1 else set()
    pin(os.getpid(), allowed - free)
    try:
        yield free
    finally:
        pin(os.getpid(), allowed)


def pin(pid: int, cores: set[int]) -> None:
    """Let every thread of a process, and every thread and process that it starts, run on these cores only."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(task.name), cores)


def cpu_seconds_of_tree(pid: int) -> float:
    """Return the CPU time that a process and all its children have used, including children that ended."""
    ticks = sum(sum(_ticks(found)[:2]) for found in _descendants(pid)) + sum(_ticks(pid)[2:])
    return ticks / os.sysconf("SC_CLK_TCK")


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for known in found:
        with suppress(OSError):  # it ended
            for task in Path(f"/proc/{known}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _ticks(pid: int) -> list[int]:
    """Return the user and system time of a process, then of its children that ended (proc(5)); zeros if it ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return [0, 0, 0, 0]
    return [int(field) for field in fields[11:15]]
