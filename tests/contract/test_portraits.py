"""The port Portraits: write-once pictures, in a folder and in memory."""

import asyncio
import os
import resource
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import NotKept, PortraitLost
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


async def found(portraits: ObjectPortraits, ago: timedelta) -> set[str]:
    return {key async for page in portraits.aged(datetime.now(UTC) - ago) for key in page}


async def test_pictures_are_told_by_their_age_and_one_that_is_put_again_is_not_old(portraits: ObjectPortraits) -> None:
    for key in ("r1/r1-0/original", "r1/r1-1/original"):
        await portraits.put(key, b"picture")
    assert await found(portraits, timedelta(hours=1)) == set()
    assert await found(portraits, timedelta(hours=-1)) == {"r1/r1-0/original", "r1/r1-1/original"}
    assert not await portraits.put("r1/r1-1/original", b"picture")
    assert await found(portraits, timedelta(hours=-1)) == {"r1/r1-0/original"}


async def test_what_is_dropped_is_gone_and_may_be_dropped_again(portraits: ObjectPortraits) -> None:
    await portraits.put("r1/a", b"picture")
    for _ in range(2):
        await portraits.drop("r1/a")
    assert not await portraits.has("r1/a")
    assert await portraits.put("r1/a", b"another")


async def test_a_missing_picture_is_told_by_its_key(portraits: ObjectPortraits) -> None:
    with pytest.raises(PortraitLost) as caught:
        await portraits.get("r1/r1-0/original")
    assert caught.value.key == "r1/r1-0/original"


async def test_a_store_that_works_is_ready_and_looking_leaves_nothing(
    portraits: ObjectPortraits, tmp_path: Path
) -> None:
    await portraits.ready()
    assert not files_in(tmp_path)


async def test_what_a_kill_left_half_written_is_cleared_away_once_it_is_old(tmp_path: Path) -> None:
    portraits = open_portraits(str(tmp_path))
    await portraits.put("r1/r1-0/original", b"picture")
    old, young, other = (tmp_path / "r1" / "r1-0" / name for name in ("original#1", "original#2", "original#a"))
    for file in (old, young, other):
        file.write_bytes(b"pic")
    for file in (old, other):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    assert await found(portraits, timedelta(hours=1)) <= {"r1/r1-0/original#a"}, "which somebody else wrote"
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)
    assert await portraits.get("r1/r1-0/original") == b"picture"


async def test_a_picture_and_its_folders_are_on_the_disk_before_put_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    await open_portraits(str(tmp_path)).put("r1/r1-0/original", b"picture")
    parts = [tmp_path, tmp_path / "r1", tmp_path / "r1" / "r1-0", tmp_path / "r1" / "r1-0" / "original"]
    assert {part.stat().st_ino for part in parts} <= set(synced)


# Trouble with the folder, for real where that can be had.


@contextmanager
def no_file_longer_than(length: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_picture_that_there_is_no_room_for_is_told_as_that_and_leaves_its_place_free(tmp_path: Path) -> None:
    portraits = open_portraits(str(tmp_path))
    with no_file_longer_than(10_000), pytest.raises(NotKept) as caught:
        await portraits.put("r1/r1-0/original", bytes(50_000))
    assert (caught.value.part, caught.value.why) == ("portraits", "full")
    assert not await portraits.has("r1/r1-0/original")
    assert await portraits.put("r1/r1-0/original", bytes(50_000))


async def test_a_folder_with_little_room_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portraits = open_portraits(str(tmp_path))
    little = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: little)
    with pytest.raises(NotKept, match="full"):
        await portraits.ready()


@pytest.mark.parametrize("deed", ["ready", "put", "get", "has"])
async def test_a_folder_that_is_taken_away_is_not_a_missing_picture(tmp_path: Path, deed: str) -> None:
    folder = tmp_path / "portraits"
    portraits = open_portraits(str(folder))
    await portraits.put("r1/a/b", b"picture")
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("a file where the folder was")
    deeds: dict[str, Callable[[], Awaitable[object]]] = {
        "ready": portraits.ready,
        "put": lambda: portraits.put("r1/a/c", b"picture"),
        "get": lambda: portraits.get("r1/a/b"),
        "has": lambda: portraits.has("r1/a/b"),
    }
    with pytest.raises(NotKept) as caught:
        await deeds[deed]()
    assert caught.value.why == "away"
    assert folder.read_text() == "a file where the folder was"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
async def test_a_folder_that_may_not_be_written_is_read_only(tmp_path: Path) -> None:
    portraits = open_portraits(str(tmp_path / "portraits"))
    (tmp_path / "portraits").chmod(0o555)
    try:
        with pytest.raises(NotKept, match="read_only"):
            await portraits.ready()
    finally:
        (tmp_path / "portraits").chmod(0o755)


async def test_where_a_folder_should_be_made_and_cannot_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NotKept):
        open_portraits(str(tmp_path / "file" / "portraits"))
