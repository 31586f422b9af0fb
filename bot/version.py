"""Version and commit of the running code. Reads files only and starts no process.

`git archive` writes the commit into `bot/commit.txt` (`.gitattributes`); the Dockerfile does the same from a build
argument. In a checkout the file has its placeholder, and the commit is read from git's own files.
"""

import re
from functools import cache
from pathlib import Path

from bot import __version__

_ROOT = Path(__file__).resolve().parents[1]
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_UNKNOWN = "unknown"


@cache
def commit() -> str:
    """Return the commit's full hash, or `unknown`."""
    return find_commit(_ROOT)


def describe() -> str:
    """Return version and commit as people read them: `0.1.0 (commit 0123456789ab)`."""
    return f"{__version__} (commit {commit()[:12]})"


def find_commit(root: Path) -> str:
    """Return the commit of the code in this folder, or `unknown`."""
    written = _read(root / "bot" / "commit.txt")
    return written if _COMMIT.fullmatch(written) else _commit_of_checkout(root / ".git")


def _commit_of_checkout(git: Path) -> str:
    """Return the commit that HEAD names (man gitrepository-layout). In a work tree, `.git` is a file with a path."""
    if link := _read(git).removeprefix("gitdir: "):
        git = git.parent / link
    head = _read(git / "HEAD")
    shared = git / (_read(git / "commondir") or ".")
    name = head.removeprefix("ref: ")
    if name != head:
        head = _read(git / name) or _read(shared / name) or _packed(_read(shared / "packed-refs"), name)
    return head if _COMMIT.fullmatch(head) else _UNKNOWN


def _packed(refs: str, name: str) -> str:
    return next((line.split()[0] for line in refs.splitlines() if line.endswith(f" {name}")), "")


def _read(path: Path) -> str:
    """Return the file's text without the blanks around it; empty if it cannot be read."""
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
