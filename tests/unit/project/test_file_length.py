"""A Python file of the repository has at most 400 lines."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MOST_LINES = 400


def test_no_python_file_is_longer_than_400_lines() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    paths = [ROOT / path for path in listed if (ROOT / path).exists()]
    assert paths
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in paths}
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}
