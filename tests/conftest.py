"""The order of the tests, and their time limits.

Those that take longest come first, so that nothing long is left for one process at the end.
"""

import gc
import os
import sys
from collections.abc import Iterator

import pytest
import structlog

from playground.control.client import ControlClient
from tests.support.statement_cache import share_compiled_statements
from tests.support.time_factor import scaled, time_factor

# Each worker would compile every module and rewrite every assertion again: 6 s of CPU.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

FOLDERS_SLOWEST_FIRST = ("scale", "browser", "flow", "contract", "unit")
TIMEOUT_SECONDS, HEAVY_TIMEOUT_SECONDS = 240, 600
# It mostly waits, so it starts before the folders.
LONGEST_FILE = "test_ledger_against_usage_log.py"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let pytest-timeout and every wait on the practice workspace follow this machine's speed."""
    if not config.option.timeout:
        config.option.timeout = scaled(TIMEOUT_SECONDS)
    ControlClient.time_factor = time_factor()
    share_compiled_statements()
    _log_plainly()


@pytest.fixture(autouse=True)
def default_logging() -> Iterator[None]:
    """Undo what a test did to structlog: the command line configures it for the whole process."""
    yield
    _log_plainly()


def pytest_report_header() -> str:
    return f"time limits: × {time_factor():g}"


def pytest_collection() -> None:
    """Collect without the garbage collector: it would go through a growing number of tests again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave the collected tests and imported modules out of every later garbage collection."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_folder_rank)
    for item in items:
        if item.get_closest_marker("heavy"):
            item.add_marker(pytest.mark.timeout(scaled(HEAVY_TIMEOUT_SECONDS)))


def _log_plainly() -> None:
    """Set structlog's defaults, without its coloured tracebacks: one takes as long as a small test."""
    structlog.reset_defaults()
    *processors, _ = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors, renderer])


def _folder_rank(item: pytest.Item) -> int:
    parts = item.path.parts
    if item.path.name == LONGEST_FILE:
        return -1
    return next((at for at, reach in enumerate(FOLDERS_SLOWEST_FIRST) if reach in parts), len(FOLDERS_SLOWEST_FIRST))
