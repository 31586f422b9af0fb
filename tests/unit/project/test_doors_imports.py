"""While the doors are off, nothing of them is loaded: neither our package nor the libraries that only it needs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LIBRARIES = ("fastapi", "starlette", "uvicorn", "mcp", "mcp_types", "httpx2", "sse_starlette")
SCRIPT = """
import sys
import bot.__main__
import bot.app
names = {name.partition(".")[0] for name in sys.modules} | {n for n in sys.modules if n.startswith("bot.doors")}
print(*sorted(names))
"""


def loaded() -> set[str]:
    command = [sys.executable, "-c", SCRIPT]
    return set(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def test_the_composition_root_loads_nothing_of_the_doors() -> None:
    names = loaded()
    assert "handlers" in names
    assert names & set(LIBRARIES) == set()
    assert not any(name.startswith("bot.doors") for name in names)
