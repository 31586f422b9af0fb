"""Bytes instead of pictures: each is examined or raises InvalidImage; an examined picture can be stored and sent."""

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from PIL import Image

from bot.domain.model_errors import InvalidImage, InvalidRequest
from bot.imaging.pictures import ExaminedImage, examine
from bot.imaging.references import Limits, fit_to_limits, normalize_reference

_LARGE_LIMITS, _SMALL_LIMITS = Limits(10_000_000, 16_000_000, 4096), Limits(3_000, 900, 40)
_BYTE_PATTERNS = (
    b"\x00" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x00\x00\x00\x01",
    b"\x80\x00\x00\x00",
    b"\x00\x01\x00\x00",
    b"\x00\x00\x13\x88",
)
_CHUNK_TYPES = tuple(
    b"IHDR IDAT IEND PLTE tRNS iCCP zTXt iTXt tEXt eXIf acTL fcTL fdAT gAMA cHRM pHYs sRGB caBX XXXX".split()
)


@cache
def valid_pictures() -> tuple[bytes, ...]:
    """Small pictures of every format and mode, supported or not."""
    noise = Image.frombytes("RGB", (24, 32), Random(1).randbytes(24 * 32 * 3))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8769] = 6, "maker", {0x9003: "2026:11:25 10:00:00"}
    photos = ({"progressive": True}, {"exif": exif}, {"comment": b"c2pa"})
    animated = ("PNG", "WEBP", "GIF", "TIFF", "MPO")
    pictures = [
        *(_encode(noise.convert(mode), "PNG") for mode in ("RGB", "RGBA", "P", "L", "LA", "1", "I;16")),
        *(_encode(noise.convert(mode), "JPEG", quality=80) for mode in ("RGB", "L", "CMYK")),
        *(_encode(noise, "JPEG", quality=80, **more) for more in photos),
        *(_encode(noise, "WEBP", **more) for more in ({}, {"lossless": True}, {"exif": exif.tobytes()})),
        _encode(noise.convert("RGBA"), "WEBP", quality=40),
        *(_encode(noise, kind, save_all=True, append_images=[noise.rotate(90)]) for kind in animated),
        *(_encode(noise, kind) for kind in ("BMP", "PPM", "ICO", "TGA")),
        _encode(noise, "PNG", exif=exif.tobytes(), icc_profile=b"\x00" * 200),
    ]  # fmt: skip
    return (
        *pictures,
        b"",
        b"<html>sign in</html>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\xff\xff\xff\xffWEBP",
        b"\xff\xd8\xff",
    )


def _encode(picture: Image.Image, image_format: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, image_format, **options)
    return out.getvalue()


@st.composite
def mutated_pictures(draw: DrawFn) -> bytes:
    """A picture with up to four changes in its bytes, or in its chunks with corrected checksums."""
    data = draw(st.sampled_from(valid_pictures()))
    png = data.startswith(b"\x89PNG") and draw(st.booleans())
    for _ in range(draw(st.integers(0, 4))):
        data = _mutate_chunks(draw, data) if png else _mutate_bytes(draw, data)
    return data


def _mutate_bytes(draw: DrawFn, data: bytes) -> bytes:
    position = draw(st.integers(0, len(data)))
    mutation = draw(st.integers(0, 5))
    if mutation == 0:
        return data[:position]
    if mutation == 1:
        return data[:position] + draw(st.binary(max_size=8)) + data[position:]
    if mutation == 2:
        return data[:position] + data[position + draw(st.integers(1, 64)) :]
    if mutation == 3:
        return data[:position] + draw(st.sampled_from(_BYTE_PATTERNS)) + data[position + 4 :]
    if mutation == 4:
        return data + draw(st.sampled_from(valid_pictures()))[position:]
    header_position = min(position, 40)  # most checks read the header
    return data[:header_position] + draw(st.binary(min_size=1, max_size=2)) + data[header_position + 1 :]


def _mutate_chunks(draw: DrawFn, data: bytes) -> bytes:
    """A PNG with a chunk changed, moved, duplicated, removed or inserted."""
    chunks = list(_chunks(data))
    if not chunks:
        return data
    index = draw(st.integers(0, len(chunks) - 1))
    kind, content = chunks[index]
    mutation = draw(st.integers(0, 5))
    if mutation == 0:
        del chunks[index]
    elif mutation == 1:
        chunks.insert(draw(st.integers(0, len(chunks))), (kind, content))
    elif mutation == 2:
        chunks.insert(index, (draw(st.sampled_from(_CHUNK_TYPES)), draw(_CHUNK_CONTENTS)))
    elif mutation == 3:
        chunks[index] = (kind, draw(_CHUNK_CONTENTS))
    elif content:
        position = draw(st.integers(0, len(content) - 1))
        replacement = (
            draw(st.sampled_from(_BYTE_PATTERNS)) if mutation == 4 else draw(st.binary(min_size=1, max_size=1))
        )
        chunks[index] = (
            kind,
            (content[:position] + replacement + content[position + len(replacement) :])[: max(len(content), 13)],
        )
    return data[:8] + b"".join(_chunk(*chunk) for chunk in chunks)


_CHUNK_CONTENTS = st.one_of(
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
    position = 8
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        yield data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        position += 12 + length


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def check(data: bytes) -> None:
    """Check that a picture is examined or raises InvalidImage, and that an examined one can be stored and sent."""
    for limits in (_LARGE_LIMITS, _SMALL_LIMITS):
        try:
            assert len(fit_to_limits(data, "m", limits)) <= limits.max_bytes
        except InvalidRequest:
            continue
    try:
        examined = examine(data, "m")
    except InvalidImage as error:
        assert error.detail
        assert error.paid == "yes"
        return
    assert isinstance(examined, ExaminedImage)
    assert examined.length == len(data)
    assert normalize_reference(data).startswith(b"\xff\xd8\xff")


CASES = mutated_pictures()
