"""The storage health that doctor reports."""

from pathlib import Path

import pytest

from storage import open_storage
from tests.support.storage_builders import fresh_sqlite, make_settings


async def test_working_storage_is_healthy(tmp_path: Path) -> None:
    storage = await open_storage(make_settings(await fresh_sqlite(tmp_path), str(tmp_path / "portraits")))
    health = await storage.check()
    assert health.is_healthy
    assert health.schema_revision == health.required_revision
    await storage.close()


async def test_unmigrated_database_is_reachable_but_unhealthy(tmp_path: Path) -> None:
    storage = await open_storage(make_settings(f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite'}"))
    health = await storage.check()
    assert (health.database_error, health.schema_revision, health.is_healthy) == ("", "", False)
    await storage.close()


async def test_unreachable_database_is_reported_in_one_line(tmp_path: Path) -> None:
    storage = await open_storage(make_settings(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}"))
    health = await storage.check()
    assert "unable to open database file" in health.database_error
    assert "\n" not in health.database_error
    assert not health.is_healthy
    await storage.close()


async def test_unwritable_portraits_are_reported_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = await open_storage(make_settings(await fresh_sqlite(tmp_path)))

    async def put_on_full_disk(key: str, data: bytes) -> bool:
        raise OSError("no space left\nDebug source: a long story")

    monkeypatch.setattr(storage.portraits, "put", put_on_full_disk)
    health = await storage.check()
    assert health.portraits_error == (
        "memory:/// does not answer: check PORTRAITS_URL, AWS_ENDPOINT_URL and AWS_REGION. (no space left) "
        "See docs/operations.md#storage-away"
    )
    assert not health.is_healthy
    await storage.close()
