"""Imports every module of the product: `python -m tests.support.product_imports [MODULE ...]`.

The named top-level modules, such as those of packages for development, are treated as missing. Prints the number.
"""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "handlers", "providers", "storage")
_OPTIONAL = "bot.telemetry.round_tracing"  # needs requirements/tracing.lock
# Alembic loads these itself, inside a migration.
_MIGRATIONS = "storage.migrations.env", "storage.migrations.versions"


class MissingModules(MetaPathFinder):
    """Top-level modules that cannot be imported."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> None:
        """Raise ImportError for a missing module; leave every other one to the next finder."""
        if name.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"{name} is not installed with requirements/run.lock", name=name)


def product_modules() -> Iterator[str]:
    """Yield the names of all modules of the product."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if not name.startswith((*_MIGRATIONS, _OPTIONAL)):
                yield name


if __name__ == "__main__":
    sys.meta_path.insert(0, MissingModules(sys.argv[1:]))
    names = list(product_modules())
    for module in names:
        import_module(module)
    print(len(names))  # noqa: T201 - for the command line
