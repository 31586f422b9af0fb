"""The order of the tests: those that take longest first, so that nothing long is left for one process at the end."""

import pytest

REACH = ("scale", "browser", "flow", "contract", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    parts = item.path.parts
    return next((at for at, reach in enumerate(REACH) if reach in parts), len(REACH))
