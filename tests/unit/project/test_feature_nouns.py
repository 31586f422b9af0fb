"""A feature has one noun: ARCHITECTURE.md lists its files, and a search for the noun finds these and no others."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TABLE = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("## One noun per feature")[2]
ROWS = {
    row[0]: set(row[1:])
    for line in TABLE.splitlines()
    if (row := re.findall(r"`([^`]+)`", line)) and line.startswith("| `")
}
FEATURES = {path.stem for path in (ROOT / "handlers" / "features").glob("*.py")} - {"__init__"}


def list_files() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.splitlines() if (ROOT / path).exists()]


def test_every_feature_has_a_row() -> None:
    assert {noun for noun in FEATURES if not any(noun.startswith(row) for row in ROWS)} == set()


@pytest.mark.parametrize("noun", sorted(ROWS))
def test_search_for_the_noun_finds_its_files_only(noun: str) -> None:
    assert {path for path in list_files() if noun in path} == ROWS[noun]
    assert any(path.startswith("handlers/features/") for path in ROWS[noun])
    assert any(path.startswith("tests/") for path in ROWS[noun]), "a feature without a test of its noun"
