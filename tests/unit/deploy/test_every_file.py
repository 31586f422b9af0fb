"""No file under deploy/ is left without a check."""

from pathlib import Path

import pytest

from tests.support.deploy_tools import ROOT

FILES = sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file())


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_test_runs_a_tool_on_the_file(file: Path) -> None:
    others = [path for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    tests = [path.read_text("utf-8") for path in others]
    naming = [text for text in tests if f'"{file.name}"' in text or f"deploy/{file.name}" in text]
    assert any("check_with(" in text for text in naming), f"no test runs a tool on {file.name}"
