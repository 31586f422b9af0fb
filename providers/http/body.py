"""The body of a response as it was before its Content-Encoding, never larger than the reader's limit.

httpx expands each chunk completely, and several encodings one after the other: 5 KB of twice gzipped zeros became
6 GB. Every request asks for `identity`, so an encoded answer comes from a gateway; one gzip or deflate is read.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator

import httpx

# Decompressed at a time; the event loop runs between two pieces.
_PIECE_BYTES = 262_144
_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_ZLIB_HEADERS = (b"\x78", b"\x58", b"\x38", b"\x18")


class UnreadableEncoding(Exception):
    """The body has several encodings, an unknown one, or a broken one."""


class BodyTooLarge(Exception):
    """The body, as sent or decompressed, is larger than the limit."""


async def read_body(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    """Yield the body decompressed; raises UnreadableEncoding, BodyTooLarge and httpx's errors."""
    encoding = _single_encoding(response)
    if response.is_stream_consumed:  # a response that a test's transport made whole
        yield response.content
        return
    length = 0
    chunks = response.aiter_raw() if encoding is None else _decompress(response.aiter_raw(), encoding)
    async for chunk in chunks:
        length += len(chunk)
        if length > max_bytes:
            raise BodyTooLarge
        yield chunk


def _single_encoding(response: httpx.Response) -> str | None:
    """Return the only encoding, None for an unencoded body; raises UnreadableEncoding."""
    header: str = response.headers.get("content-encoding", "")
    encodings = [name for part in header.split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if not encodings:
        return None
    if len(encodings) > 1 or encodings[0] not in _WBITS:
        raise UnreadableEncoding
    return encodings[0]


async def _decompress(chunks: AsyncIterator[bytes], encoding: str) -> AsyncIterator[bytes]:
    """Yield pieces of limited size. Bytes after the end of the stream are ignored, as browsers do."""
    decompressor = None
    try:
        async for chunk in chunks:
            decompressor = decompressor or _decompressor(encoding, chunk)
            pending = chunk
            while pending and not decompressor.eof:
                yield decompressor.decompress(pending, _PIECE_BYTES)
                pending = decompressor.unconsumed_tail
                await asyncio.sleep(0)
            if decompressor.eof:
                return
        if decompressor:
            raise UnreadableEncoding
    except zlib.error as error:
        raise UnreadableEncoding from error


def _decompressor(encoding: str, first: bytes) -> "zlib._Decompress":
    """Return the decompressor; `deflate` is sent with or without the zlib header."""
    is_bare = encoding == "deflate" and not first.startswith(_ZLIB_HEADERS)
    return zlib.decompressobj(-15 if is_bare else _WBITS[encoding])
