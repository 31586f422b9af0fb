"""Encoded bodies are expanded up to the limit and no further."""

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from providers.http.body import BodyTooLarge, UnreadableEncoding, read_body

DATA = bytes(range(256)) * 40
BOMB = gzip.compress(bytes(64_000_000))


def bare_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def respond(body: bytes, *encodings: str, chunk: int = 1_000) -> httpx.Response:
    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), chunk):
            yield body[at : at + chunk]

    return httpx.Response(200, headers=[("Content-Encoding", name) for name in encodings], content=chunks())


async def read(response: httpx.Response, max_bytes: int = 100_000) -> bytes:
    return b"".join([chunk async for chunk in read_body(response, max_bytes)])


@pytest.mark.parametrize(
    ("body", "encodings"),
    [
        (DATA, ()),
        (DATA, ("identity",)),
        (DATA, ("",)),
        (gzip.compress(DATA), ("gzip",)),
        (gzip.compress(DATA), ("X-GZIP, identity",)),
        (gzip.compress(DATA) + b"more", ("gzip",)),
        (zlib.compress(DATA), ("deflate",)),
        (bare_deflate(DATA), ("deflate",)),
        (b"", ("gzip",)),
    ],
)
@pytest.mark.parametrize("chunk", [1, 1_000_000])
async def test_one_encoding_is_read(body: bytes, encodings: tuple[str, ...], chunk: int) -> None:
    assert await read(respond(body, *encodings, chunk=chunk)) == (DATA if body else b"")


@pytest.mark.parametrize(
    ("body", "encodings"),
    [
        (gzip.compress(gzip.compress(DATA)), ("gzip, gzip",)),
        (gzip.compress(gzip.compress(DATA)), ("gzip", "gzip")),
        (gzip.compress(zlib.compress(DATA)), ("deflate,gzip",)),
        (DATA, ("br",)),
        (DATA, ("zstd",)),
        (DATA, ("unheard-of",)),
        (DATA, ("gzip",)),
        (DATA, ("deflate",)),
        (gzip.compress(DATA)[:-9], ("gzip",)),
    ],
)
async def test_several_unknown_and_broken_encodings_are_refused(body: bytes, encodings: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableEncoding):
        await read(respond(body, *encodings))


@pytest.mark.parametrize(("body", "encodings"), [(bytes(200_000), ()), (BOMB, ("gzip",)), (BOMB[10:-8], ("deflate",))])
async def test_body_is_read_up_to_the_limit(body: bytes, encodings: tuple[str, ...]) -> None:
    tracemalloc.start()
    with pytest.raises(BodyTooLarge):
        await read(respond(body, *encodings, chunk=1_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000
