"""Tools that check deployment files; `make check-deploy` installs them into `.tools/deploy`."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_INSTALLED = ROOT / ".tools" / "deploy"
_FOLDERS = [_INSTALLED / "bin", *(_INSTALLED / "debian" / folder for folder in ("usr/bin", "usr/sbin"))]


def find_tool(name: str) -> str:
    """Return the tool's path; skip the test where the tool is not installed."""
    path = os.pathsep.join([*map(str, _FOLDERS), os.environ.get("PATH", ""), "/usr/sbin"])
    found = shutil.which(name, path=path)
    if not found:
        pytest.skip(f"{name} is not installed: make check-deploy")
    return found


def check_with(tool: str, *arguments: str, **environment: str) -> str:
    """Run the tool at the root and return its output; fail the test with the output if the tool finds a mistake."""
    result = subprocess.run(
        [find_tool(tool), *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout
