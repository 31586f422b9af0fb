"""The check of a bucket before anything is paid: every fault has a sentence that says what to do, without secrets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.domain.service_errors import StorageUnavailable
from bot.domain.storage_advice import describe, describe_briefly
from storage.pictures import object_store
from storage.pictures.object_store import ObjectStorePortraits, open_portraits
from tests.support.faulty_s3 import ACCESS_KEY, Fault, FaultyS3, faulty_s3
from tests.support.s3_server import s3_server
from tests.support.time_factor import scaled

URL = "s3://faces/portraits"


@asynccontextmanager
async def bucket(
    monkeypatch: pytest.MonkeyPatch, fault: Fault = ""
) -> AsyncIterator[tuple[ObjectStorePortraits, FaultyS3]]:
    async with faulty_s3(fault) as (store, variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield open_portraits(URL), store


async def failure_of(portraits: ObjectStorePortraits) -> StorageUnavailable:
    with pytest.raises(StorageUnavailable) as caught:
        await portraits.check_anew()
    return caught.value


async def test_a_working_bucket_passes_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bucket(monkeypatch) as (portraits, store):
        for _ in range(2):
            await portraits.check_anew()
        assert store.objects == {}


async def test_a_missing_bucket_is_named_with_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3_server().variables.items():
        monkeypatch.setenv(name, value)
    error = await failure_of(open_portraits("s3://no-such-bucket/portraits"))
    assert describe(error) == (
        "s3://no-such-bucket/portraits does not exist: create the bucket, or correct PORTRAITS_URL. (404 NoSuchBucket) "
        "See docs/operations.md#storage-missing"
    )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("refuses", "refuses the bot: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION"),
        ("forbids_list", "refuses the bot: check AWS_ACCESS_KEY_ID"),
        ("overwrites", "lets a stored picture be overwritten: use a store that supports conditional writes"),
        ("returns_other_bytes", "lets a stored picture be overwritten"),
        ("is_full", "is full: free some space, or raise its quota"),
        ("fails", "does not answer: check PORTRAITS_URL, AWS_ENDPOINT_URL and AWS_REGION"),
        ("hangs", "does not answer: check PORTRAITS_URL"),
    ],
)
async def test_every_fault_has_a_sentence_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, fault: Fault, words: str
) -> None:
    monkeypatch.setattr(object_store, "_CHECK_TIMEOUT_SECONDS", 1.0 if fault == "hangs" else scaled(20))
    async with bucket(monkeypatch, fault) as (portraits, _):
        error = await failure_of(portraits)
    assert describe(error).startswith(f"{URL} {words}")
    assert ACCESS_KEY not in describe(error) + str(error)
    assert "faces" not in describe_briefly(error)


async def test_a_bucket_that_begins_to_return_other_bytes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bucket(monkeypatch) as (portraits, store):
        await portraits.check_anew()
        store.fault = "returns_other_bytes"
        assert "returned other bytes than were written" in describe(await failure_of(portraits))


async def test_a_recent_check_counts_until_a_write_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bucket(monkeypatch) as (portraits, store):
        await portraits.check_anew()
        store.requests.clear()
        await portraits.check_writable()
        assert store.requests == []
        store.fault = "refuses"
        await portraits.check_writable()
        with pytest.raises(StorageUnavailable):
            await portraits.put("r1/a", b"picture")
        with pytest.raises(StorageUnavailable):
            await portraits.check_writable()
        store.fault = ""
        await portraits.check_writable()


async def test_a_failed_check_holds_until_one_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bucket(monkeypatch) as (portraits, store):
        await portraits.check_anew()
        store.fault = "refuses"
        await failure_of(portraits)
        with pytest.raises(StorageUnavailable):
            await portraits.check_writable()
        store.fault = ""
        await portraits.check_writable()


async def test_a_missing_bucket_is_not_a_missing_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3_server().variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StorageUnavailable, match="missing"):
        await open_portraits("s3://no-such-bucket/portraits").get("r1/a")


@pytest.mark.parametrize("url", ["s3:///portraits", "bucket://faces"])
def test_an_address_that_is_none_is_reported(url: str) -> None:
    with pytest.raises(StorageUnavailable) as caught:
        open_portraits(url)
    assert "is no address of a bucket: write PORTRAITS_URL as s3://bucket/prefix" in describe(caught.value)
