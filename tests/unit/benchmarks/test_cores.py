"""Cores and CPU time of groups of processes."""

import os
import subprocess
import sys

from benchmarks.harness.cores import cpu_seconds_of_tree, pin, separate_cores

BUSY = "import time\nwhile time.process_time() < 0.3: pass"


def test_a_core_is_kept_free_in_the_block_only() -> None:
    before = os.sched_getaffinity(0)
    with separate_cores() as free:
        inside = os.sched_getaffinity(0)
        assert inside | free == before
        assert not inside & free
        child = subprocess.run(
            [sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"],
            capture_output=True,
            check=True,
            text=True,
        )
        assert child.stdout.strip() == str(inside)
    assert os.sched_getaffinity(0) == before


def test_a_process_is_pinned_with_its_threads() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        core = min(os.sched_getaffinity(0))
        pin(process.pid, {core})
        assert os.sched_getaffinity(process.pid) == {core}
        process.communicate(b"\n")


def test_cpu_time_counts_children_that_ended() -> None:
    script = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}]); print('done', flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert cpu_seconds_of_tree(process.pid) >= 0.25
        process.communicate(b"\n")
    assert cpu_seconds_of_tree(process.pid) == 0
