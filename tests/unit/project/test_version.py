"""Version and commit: where they come from, and that they are printed."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot import __version__
from bot.version import find_commit

ROOT = Path(__file__).resolve().parents[3]
GIT = shutil.which("git")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_code_and_project_file_name_the_same_version() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == __version__


def test_command_line_prints_version_and_commit() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "bot", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"Castroom \d+\.\d+\.\d+ \(commit ([0-9a-f]{12}|unknown)\)\n", printed.stdout)


@pytest.mark.skipif(GIT is None or not (ROOT / ".git").exists(), reason="not a checkout, or no git")
def test_commit_of_this_checkout_is_the_one_git_names() -> None:
    named = subprocess.run([str(GIT), "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert find_commit(ROOT) == named.stdout.strip()


def test_commit_of_an_archive_comes_from_its_file(tmp_path: Path) -> None:
    write(tmp_path / "bot/commit.txt", f"{COMMIT}\n")
    write(tmp_path / ".git/HEAD", "f" * 40)
    assert find_commit(tmp_path) == COMMIT


@pytest.mark.parametrize(
    "files",
    [
        {".git/HEAD": COMMIT},
        {".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": f"{COMMIT}\n"},
        {".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": f"# pack-refs\n{COMMIT} refs/heads/main\n"},
        {
            ".git": "gitdir: store/worktrees/one\n",
            "store/worktrees/one/HEAD": "ref: refs/heads/main\n",
            "store/worktrees/one/commondir": "../..\n",
            "store/refs/heads/main": COMMIT,
        },
    ],
    ids=["detached", "branch", "packed", "work tree"],
)
def test_commit_of_a_checkout_is_read_from_files(files: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path / "bot/commit.txt", "$Format:%H$\n")
    for name, text in files.items():
        write(tmp_path / name, text)
    assert find_commit(tmp_path) == COMMIT


def test_commit_is_unknown_without_archive_and_checkout(tmp_path: Path) -> None:
    assert find_commit(tmp_path) == "unknown"
