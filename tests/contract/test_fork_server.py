"""A fork of the test's fork server behaves like a process that asyncio starts."""

import asyncio
import signal
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.support.fork_server import fork_python
from tests.support.time_factor import scaled


async def test_fork_has_its_arguments_environment_output_and_status(tmp_path: Path) -> None:
    script = "import os, sys; print(sys.argv[1:], dict(os.environ)); sys.exit(3)"
    with (tmp_path / "log").open("wb") as log:
        process = await fork_python(["-c", script, "one"], {"NAME": "Maya"}, log)
    assert await asyncio.wait_for(process.wait(), scaled(20)) == 3
    assert process.returncode == 3
    assert (tmp_path / "log").read_text("utf-8").strip() == "['one'] {'NAME': 'Maya'}"
    with pytest.raises(ProcessLookupError):
        process.kill()


async def test_forks_output_can_be_read_and_a_killed_fork_has_a_negative_status() -> None:
    script = "import time; print('started', flush=True); time.sleep(600)"
    process = await fork_python(["-c", script], {}, PIPE)
    assert process.stdout
    assert await asyncio.wait_for(process.stdout.readline(), scaled(20)) == b"started\n"
    process.kill()
    assert await asyncio.wait_for(process.wait(), scaled(20)) == -signal.SIGKILL


async def test_traceback_of_a_fork_is_written_to_its_log(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = await fork_python(["-c", "raise ValueError('broken')"], {}, log)
    assert await asyncio.wait_for(process.wait(), scaled(20)) == 1
    assert "ValueError: broken" in (tmp_path / "log").read_text("utf-8")
