"""Bytes in place of pictures: each is examined, or a BadPicture; what was examined can be kept and sent."""

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from PIL import Image

from bot.errors import BadPicture, BadRequest
from bot.imaging import Examined, Limits, examine, fitting, reference

_ROOMY, _TIGHT = Limits(10_000_000, 16_000_000, 4096), Limits(3_000, 900, 40)
_WORDS = (
    b"\x00" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x00\x00\x00\x01",
    b"\x80\x00\x00\x00",
    b"\x00\x01\x00\x00",
    b"\x00\x00\x13\x88",
)
_CHUNKS = tuple(
    b"IHDR IDAT IEND PLTE tRNS iCCP zTXt iTXt tEXt eXIf acTL fcTL fdAT gAMA cHRM pHYs sRGB caBX XXXX".split()
)


@cache
def good() -> tuple[bytes, ...]:
    """Small pictures of every kind and mode that may come, and some that may not."""
    noise = Image.frombytes("RGB", (24, 32), Random(1).randbytes(24 * 32 * 3))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8769] = 6, "maker", {0x9003: "2026:11:25 10:00:00"}
    photos = ({"progressive": True}, {"exif": exif}, {"comment": b"c2pa"})
    moving = ("PNG", "WEBP", "GIF", "TIFF", "MPO")
    made = [
        *(_saved(noise.convert(mode), "PNG") for mode in ("RGB", "RGBA", "P", "L", "LA", "1", "I;16")),
        *(_saved(noise.convert(mode), "JPEG", quality=80) for mode in ("RGB", "L", "CMYK")),
        *(_saved(noise, "JPEG", quality=80, **more) for more in photos),
        *(_saved(noise, "WEBP", **more) for more in ({}, {"lossless": True}, {"exif": exif.tobytes()})),
        _saved(noise.convert("RGBA"), "WEBP", quality=40),
        *(_saved(noise, kind, save_all=True, append_images=[noise.rotate(90)]) for kind in moving),
        *(_saved(noise, kind) for kind in ("BMP", "PPM", "ICO", "TGA")),
        _saved(noise, "PNG", exif=exif.tobytes(), icc_profile=b"\x00" * 200),
    ]  # fmt: skip
    return (
        *made,
        b"",
        b"<html>sign in</html>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\xff\xff\xff\xffWEBP",
        b"\xff\xd8\xff",
    )


def _saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


@st.composite
def pictures(draw: DrawFn) -> bytes:
    """A picture with up to four things wrong in its bytes, or in its chunks with their sums put right again."""
    data = draw(st.sampled_from(good()))
    png = data.startswith(b"\x89PNG") and draw(st.booleans())
    for _ in range(draw(st.integers(0, 4))):
        data = _rechunked(draw, data) if png else _torn(draw, data)
    return data


def _torn(draw: DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    what = draw(st.integers(0, 5))
    if what == 0:
        return data[:at]
    if what == 1:
        return data[:at] + draw(st.binary(max_size=8)) + data[at:]
    if what == 2:
        return data[:at] + data[at + draw(st.integers(1, 64)) :]
    if what == 3:
        return data[:at] + draw(st.sampled_from(_WORDS)) + data[at + 4 :]
    if what == 4:
        return data + draw(st.sampled_from(good()))[at:]
    near = min(at, 40)  # heads decide most
    return data[:near] + draw(st.binary(min_size=1, max_size=2)) + data[near + 1 :]


def _rechunked(draw: DrawFn, data: bytes) -> bytes:
    """A PNG with a chunk changed, moved, doubled, taken out, or put in."""
    chunks = list(_chunks(data))
    if not chunks:
        return data
    at = draw(st.integers(0, len(chunks) - 1))
    kind, inside = chunks[at]
    what = draw(st.integers(0, 5))
    if what == 0:
        del chunks[at]
    elif what == 1:
        chunks.insert(draw(st.integers(0, len(chunks))), (kind, inside))
    elif what == 2:
        chunks.insert(at, (draw(st.sampled_from(_CHUNKS)), draw(_INSIDES)))
    elif what == 3:
        chunks[at] = (kind, draw(_INSIDES))
    elif inside:
        spot = draw(st.integers(0, len(inside) - 1))
        put = draw(st.sampled_from(_WORDS)) if what == 4 else draw(st.binary(min_size=1, max_size=1))
        chunks[at] = (kind, (inside[:spot] + put + inside[spot + len(put) :])[: max(len(inside), 13)])
    return data[:8] + b"".join(_chunk(*chunk) for chunk in chunks)


_INSIDES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from((
        zlib.compress(b"\x00" * 3_000_000), b"key\x00\x00" + zlib.compress(b"x" * 3_000_000),
        b"icc\x00\x00" + b"\xff" * 9,
        struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0), struct.pack(">IIBBBBB", 2**31 - 1, 1, 8, 2, 0, 0, 0),
        struct.pack(">IIBBBBB", 0, 0, 8, 2, 0, 0, 0), struct.pack(">II", 3, 0), b"Exif\x00\x00MM\x00*" + b"\xff" * 40,
        bytes.fromhex("4d4d002a000000080002011200030000000100060000876900040000000100000008"),
        b"II*\x00\x08\x00\x00\x00\xff\xff", b"",
    )),
)  # fmt: skip


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, inside: bytes) -> bytes:
    return len(inside).to_bytes(4, "big") + kind + inside + zlib.crc32(kind + inside).to_bytes(4, "big")


def check(data: bytes) -> None:
    """Examined or a BadPicture; what is examined can be kept and sent on."""
    for limits in (_ROOMY, _TIGHT):
        try:
            assert len(fitting(data, "m", limits)) <= limits.length
        except BadRequest:
            continue
    try:
        seen = examine(data, "m")
    except BadPicture as bad:
        assert bad.detail
        assert bad.paid == "yes"
        return
    assert isinstance(seen, Examined)
    assert seen.length == len(data)
    assert reference(data).startswith(b"\xff\xd8\xff")


CASES = pictures()
