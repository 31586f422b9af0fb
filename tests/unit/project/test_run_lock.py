"""The product needs nothing but requirements/run.lock; packages for development are treated as missing."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.product_imports import product_modules

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).resolve().parents[3]
LOCK = (ROOT / "requirements" / "run.lock").read_text("utf-8")
LOCKED = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([A-Za-z0-9._-]+)[\[=]", LOCK, re.MULTILINE)}


def missing_modules() -> list[str]:
    """Return the top-level modules that only packages outside the lock have."""
    return [
        module
        for module, packages in packages_distributions().items()
        if not {re.sub(r"[-_.]+", "-", name).lower() for name in packages} & LOCKED and module.isidentifier()
    ]


def import_product(*missing: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.support.product_imports", *missing]
    environment = os.environ | {"ENV_FILE": "", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_every_module_of_the_product_can_be_imported_with_the_run_lock_alone() -> None:
    missing = missing_modules()
    assert {"pytest", "moto", "hypothesis", "playwright"} <= set(missing)
    result = import_product(*missing)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) == len(list(product_modules()))


def test_a_package_that_the_product_needs_would_be_noticed() -> None:
    result = import_product("httpx")
    assert result.returncode != 0
    assert "httpx is not installed with requirements/run.lock" in result.stderr
