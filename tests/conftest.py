"""The order of the tests: those that take longest first, so that nothing long is left for one process at the end."""

import pytest

FOLDERS_SLOWEST_FIRST = ("scale", "browser", "flow", "contract", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_folder_rank)


def _folder_rank(item: pytest.Item) -> int:
    parts = item.path.parts
    return next((at for at, reach in enumerate(FOLDERS_SLOWEST_FIRST) if reach in parts), len(FOLDERS_SLOWEST_FIRST))
