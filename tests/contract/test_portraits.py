"""The port Portraits: write-once pictures, in a folder and in memory."""

import asyncio
from pathlib import Path

import pytest

from storage.portraits import ObjectPortraits, open_portraits

WHERE = ["folder", "file_url", "memory"]


@pytest.fixture(params=WHERE)
def portraits(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectPortraits:
    folder = tmp_path / "a new" / "földer"
    return open_portraits({"folder": str(folder), "file_url": folder.as_uri(), "memory": "memory:///"}[request.param])


def files_in(folder: Path) -> list[Path]:
    return [found for found in folder.rglob("*") if found.is_file()]


async def test_a_picture_reads_back_byte_for_byte(portraits: ObjectPortraits) -> None:
    original = bytes(range(256)) * 50_000
    assert await portraits.put("r1/r1-0/original.png", original)
    assert await portraits.get("r1/r1-0/original.png") == original


async def test_nothing_is_written_over(portraits: ObjectPortraits) -> None:
    assert await portraits.put("r1/a", b"first")
    assert not await portraits.put("r1/a", b"second")
    assert await portraits.get("r1/a") == b"first"


async def test_of_many_who_write_one_key_one_is_kept(portraits: ObjectPortraits) -> None:
    pictures = [bytes([n]) * 100_000 for n in range(10)]
    kept = await asyncio.gather(*(portraits.put("r1/a", picture) for picture in pictures))
    assert kept.count(True) == 1
    assert await portraits.get("r1/a") == pictures[kept.index(True)]


async def test_what_is_not_there_is_said_so(portraits: ObjectPortraits) -> None:
    await portraits.put("r1/a/b", b"picture")
    assert await portraits.has("r1/a/b")
    assert not await portraits.has("r1/a/c")
    with pytest.raises(KeyError):
        await portraits.get("r1/a/c")


async def test_a_probe_finds_the_store_sound_and_leaves_nothing(portraits: ObjectPortraits, tmp_path: Path) -> None:
    assert await portraits.probe()
    assert not files_in(tmp_path)


async def test_a_probe_tells_of_a_store_that_writes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portraits = open_portraits(str(tmp_path))

    async def overwrite(key: str, data: bytes) -> bool:
        (tmp_path / key).parent.mkdir(exist_ok=True)
        (tmp_path / key).write_bytes(data)
        return True

    monkeypatch.setattr(portraits, "put", overwrite)
    assert not await portraits.probe()


async def test_a_folder_opened_again_still_has_its_pictures(tmp_path: Path) -> None:
    await open_portraits(tmp_path.as_uri()).put("r1/a", b"picture")
    assert await open_portraits(str(tmp_path)).get("r1/a") == b"picture"
