"""Tests that share one workspace are heavy together or not at all: each goes on where the one before ended."""

import re
from pathlib import Path

import pytest

FLOW = Path(__file__).resolve().parents[2] / "flow"
SHARING = [
    *FLOW.glob("slack/test_*.py"),
    *(path for path in FLOW.glob("process/test_*.py") if 'loop_scope="module"' in path.read_text("utf-8")),
]


@pytest.mark.parametrize("path", SHARING, ids=lambda path: path.stem)
def test_no_single_test_of_a_shared_workspace_is_heavy(path: Path) -> None:
    assert not re.search(r"^\s*@pytest\.mark\.heavy", path.read_text("utf-8"), re.MULTILINE)
