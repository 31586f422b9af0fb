"""What doctor is told about storage."""

from pathlib import Path

import pytest

from storage import open_storage
from tests.unit.storage.stories import at, fresh_sqlite


async def test_a_storage_that_works_is_sound(tmp_path: Path) -> None:
    storage = await open_storage(at(await fresh_sqlite(tmp_path), str(tmp_path / "portraits")))
    health = await storage.check()
    assert health.sound
    assert health.schema == health.newest
    await storage.close()


async def test_a_database_that_was_never_migrated_is_reachable_but_not_sound(tmp_path: Path) -> None:
    storage = await open_storage(at(f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite'}"))
    health = await storage.check()
    assert (health.database_trouble, health.schema, health.sound) == ("", "", False)
    await storage.close()


async def test_a_database_that_cannot_be_reached_is_told_in_one_line(tmp_path: Path) -> None:
    storage = await open_storage(at(f"sqlite+aiosqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}"))
    health = await storage.check()
    assert "unable to open database file" in health.database_trouble
    assert "\n" not in health.database_trouble
    assert not health.sound
    await storage.close()


async def test_portraits_that_cannot_be_written_are_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = await open_storage(at(await fresh_sqlite(tmp_path)))

    async def full(key: str, data: bytes) -> bool:
        raise OSError("no space left\nDebug source: a long story")

    monkeypatch.setattr(storage.portraits, "put", full)
    health = await storage.check()
    assert health.portraits_trouble == "OSError: no space left"
    assert not health.sound
    await storage.close()
