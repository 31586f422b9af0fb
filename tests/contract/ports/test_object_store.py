"""The port `Portraits`: create-only pictures, in a folder, in memory and on S3."""

import asyncio
import os
import resource
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.service_errors import PortraitMissing, StorageUnavailable
from storage.pictures.object_store import ObjectStorePortraits, open_portraits
from tests.support.s3_server import s3_server

STORES = ["folder", "file_url", "memory", "s3"]


@pytest.fixture(params=STORES)
def portraits(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStorePortraits:
    folder = tmp_path / "a new" / "földer"
    if request.param == "s3":
        for name, value in s3_server().variables.items():
            monkeypatch.setenv(name, value)
        return open_portraits(f"s3://{s3_server().create_bucket()}/a new/földer")
    return open_portraits({"folder": str(folder), "file_url": folder.as_uri(), "memory": "memory:///"}[request.param])


def files_in(folder: Path) -> list[Path]:
    return [found for found in folder.rglob("*") if found.is_file()]


async def test_a_picture_reads_back_byte_for_byte(portraits: ObjectStorePortraits) -> None:
    original = bytes(range(256)) * 50_000
    assert await portraits.put("r1/r1-0/original.png", original)
    assert await portraits.get("r1/r1-0/original.png") == original


async def test_existing_picture_is_not_overwritten(portraits: ObjectStorePortraits) -> None:
    assert await portraits.put("r1/a", b"first")
    assert not await portraits.put("r1/a", b"second")
    assert await portraits.get("r1/a") == b"first"


async def test_concurrent_writes_of_one_key_store_one_picture(portraits: ObjectStorePortraits) -> None:
    pictures = [bytes([n]) * 100_000 for n in range(10)]
    results = await asyncio.gather(*(portraits.put("r1/a", picture) for picture in pictures))
    assert results.count(True) == 1
    assert await portraits.get("r1/a") == pictures[results.index(True)]


async def test_missing_key_raises_key_error(portraits: ObjectStorePortraits) -> None:
    await portraits.put("r1/a/b", b"picture")
    assert await portraits.has("r1/a/b")
    assert not await portraits.has("r1/a/c")
    with pytest.raises(KeyError):
        await portraits.get("r1/a/c")


async def test_probe_passes_and_leaves_no_files(portraits: ObjectStorePortraits, tmp_path: Path) -> None:
    assert await portraits.is_create_only()
    assert not files_in(tmp_path)


async def test_probe_detects_a_store_that_overwrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portraits = open_portraits(str(tmp_path))

    async def overwrite(key: str, data: bytes) -> bool:
        (tmp_path / key).parent.mkdir(exist_ok=True)
        (tmp_path / key).write_bytes(data)
        return True

    monkeypatch.setattr(portraits, "put", overwrite)
    assert not await portraits.is_create_only()


async def test_reopened_folder_still_has_its_pictures(tmp_path: Path) -> None:
    await open_portraits(tmp_path.as_uri()).put("r1/a", b"picture")
    assert await open_portraits(str(tmp_path)).get("r1/a") == b"picture"


async def list_older_than(portraits: ObjectStorePortraits, ago: timedelta) -> set[str]:
    return {key async for page in portraits.older_than(datetime.now(UTC) - ago) for key in page}


async def test_rewriting_a_picture_renews_its_age(
    portraits: ObjectStorePortraits,
) -> None:
    for key in ("r1/r1-0/original", "r1/r1-1/original"):
        await portraits.put(key, b"picture")
    assert await list_older_than(portraits, timedelta(hours=1)) == set()
    assert await list_older_than(portraits, timedelta(hours=-1)) == {"r1/r1-0/original", "r1/r1-1/original"}
    assert not await portraits.put("r1/r1-1/original", b"picture")
    assert await list_older_than(portraits, timedelta(hours=-1)) == {"r1/r1-0/original"}


async def test_deleting_a_picture_is_idempotent(portraits: ObjectStorePortraits) -> None:
    await portraits.put("r1/a", b"picture")
    for _ in range(2):
        await portraits.delete("r1/a")
    assert not await portraits.has("r1/a")
    assert await portraits.put("r1/a", b"another")


async def test_missing_picture_error_contains_its_key(portraits: ObjectStorePortraits) -> None:
    with pytest.raises(PortraitMissing) as caught:
        await portraits.get("r1/r1-0/original")
    assert caught.value.key == "r1/r1-0/original"


async def test_working_store_is_ready_and_leaves_no_files(portraits: ObjectStorePortraits, tmp_path: Path) -> None:
    await portraits.check_writable()
    assert not files_in(tmp_path)


async def test_old_partial_files_are_deleted(tmp_path: Path) -> None:
    portraits = open_portraits(str(tmp_path))
    await portraits.put("r1/r1-0/original", b"picture")
    old, young, other = (tmp_path / "r1" / "r1-0" / name for name in ("original#1", "original#2", "original#a"))
    for file in (old, young, other):
        file.write_bytes(b"pic")
    for file in (old, other):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    assert await list_older_than(portraits, timedelta(hours=1)) <= {"r1/r1-0/original#a"}, "another program's file"
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)
    assert await portraits.get("r1/r1-0/original") == b"picture"


async def test_put_syncs_picture_and_folders_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    original = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        original(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    await open_portraits(str(tmp_path)).put("r1/r1-0/original", b"picture")
    parts = [tmp_path, tmp_path / "r1", tmp_path / "r1" / "r1-0", tmp_path / "r1" / "r1-0" / "original"]
    assert {part.stat().st_ino for part in parts} <= set(synced)


# Failures of the folder.


@contextmanager
def limit_file_size(length: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_picture_that_does_not_fit_is_reported_and_can_be_retried(tmp_path: Path) -> None:
    portraits = open_portraits(str(tmp_path))
    with limit_file_size(10_000), pytest.raises(StorageUnavailable) as caught:
        await portraits.put("r1/r1-0/original", bytes(50_000))
    assert (caught.value.component, caught.value.reason) == ("portraits", "full")
    assert not await portraits.has("r1/r1-0/original")
    assert await portraits.put("r1/r1-0/original", bytes(50_000))


async def test_a_folder_with_little_room_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portraits = open_portraits(str(tmp_path))
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(StorageUnavailable, match="full"):
        await portraits.check_writable()


@pytest.mark.parametrize("method", ["check_writable", "check_anew", "put", "get", "has"])
async def test_missing_folder_is_not_a_missing_picture(tmp_path: Path, method: str) -> None:
    folder = tmp_path / "portraits"
    portraits = open_portraits(str(folder))
    await portraits.put("r1/a/b", b"picture")
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("a file where the folder was")
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "check_writable": portraits.check_writable,
        "check_anew": portraits.check_anew,
        "put": lambda: portraits.put("r1/a/c", b"picture"),
        "get": lambda: portraits.get("r1/a/b"),
        "has": lambda: portraits.has("r1/a/b"),
    }
    with pytest.raises(StorageUnavailable) as caught:
        await calls[method]()
    assert caught.value.reason == "away"
    assert folder.read_text() == "a file where the folder was"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_unwritable_folder_is_read_only(tmp_path: Path) -> None:
    portraits = open_portraits(str(tmp_path / "portraits"))
    (tmp_path / "portraits").chmod(0o555)
    try:
        with pytest.raises(StorageUnavailable, match="read_only"):
            await portraits.check_writable()
    finally:
        (tmp_path / "portraits").chmod(0o755)


async def test_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnavailable):
        open_portraits(str(tmp_path / "file" / "portraits"))


async def test_close_waits_for_calls_whose_callers_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter aborts when a call of obstore ends after it."""
    may_end, began, ended = asyncio.Event(), asyncio.Event(), False

    async def slow_put(*args: object, **options: object) -> None:
        nonlocal ended
        began.set()
        await may_end.wait()
        ended = True

    monkeypatch.setattr("storage.pictures.object_store.obstore.put_async", slow_put)
    portraits = open_portraits("memory:///")
    caller = asyncio.create_task(portraits.put("r1/slot/original", b"picture"))
    await began.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    closing = asyncio.create_task(portraits.close(timeout_seconds=60))
    await asyncio.sleep(0)
    assert not closing.done()
    may_end.set()
    await closing
    assert ended


async def test_close_gives_up_on_a_call_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stuck(*args: object, **options: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("storage.pictures.object_store.obstore.delete_async", stuck)
    portraits = open_portraits("memory:///")
    caller = asyncio.create_task(portraits.delete("r1/slot/original"))
    await asyncio.sleep(0)
    await portraits.close(timeout_seconds=0.01)
    caller.cancel()
