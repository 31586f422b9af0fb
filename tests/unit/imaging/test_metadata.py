"""Every picture that Castroom writes or sends consists of pixels: only the untouched original keeps its metadata."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from bot.imaging.charts import Bar, Panel, bar_chart
from bot.imaging.contact_sheet import contact_sheet
from bot.imaging.metadata import strip_metadata
from bot.imaging.pictures import equalize_previews, examine, record_picture, side_by_side
from bot.imaging.poster import Caption, Poster
from bot.imaging.references import Limits, fit_to_limits, normalize_reference
from tests.support.picture_files import exif, png_chunk, wide_gamut, with_segment

SECRET = b"taken at Maya's house"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
LIMITS = Limits(max_bytes=10_000_000, max_pixels=16_000_000, max_side=4096)
SMALL_LIMITS = Limits(max_bytes=10_000_000, max_pixels=16_000_000, max_side=200)
PROFILE = wide_gamut("Display P3")[1]
_PNG_PARTS = {"IHDR", "PLTE", "IDAT", "IEND"}
_WEBP_PARTS = {"VP8 ", "VP8L", "VP8X", "ALPH"}
# What Pillow reports of how the pixels are coded.
_CODING_FACTS = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "adobe", "adobe_transform"}
_CODING_FACTS |= {"progressive", "progression", "loop", "background"}
_JPEG_PARTS = {"APP0", "APP14", "DQT", "SOF", "DHT", "DRI", "SOS", "EOI"}


def photo(mode: str = "RGB", size: tuple[int, int] = (240, 320)) -> Image.Image:
    return Image.effect_noise(size, 70).convert(mode)


def dirty_jpeg(*, profile: bytes | None = PROFILE, size: tuple[int, int] = (240, 320)) -> bytes:
    """A JPEG with each kind of segment that programs add, a second picture and bytes behind its end."""
    out, second = BytesIO(), photo(size=(64, 64))
    save = {"icc_profile": profile} if profile else {}
    photo(size=size).save(
        out, "MPO", save_all=True, append_images=[second], exif=exif(1), comment=SECRET, xmp=XMP, **save
    )
    data = out.getvalue()
    for marker, body in (
        (0xEB, b"JP\0\1\0\0\0\1" + struct.pack(">I", 40) + b"jumb" + b"c2pa" + SECRET),
        (0xED, b"Photoshop 3.0\08BIM" + SECRET),
        (0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + SECRET),
        (0xE5, b"unknown" + SECRET),
        (0xE0, b"JFXX\0\x10" + SECRET),
        (0xFE, b"another comment " + SECRET),
    ):
        data = with_segment(data, marker, body)
    return data + b"behind the end " + SECRET


def dirty_png(*, profile: bytes | None = PROFILE, mode: str = "RGB") -> bytes:
    """A PNG with text, XMP, EXIF, credentials, an unknown chunk and bytes behind its end."""
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", SECRET.decode())
    text.add_text("parameters", SECRET.decode() * 40, zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    out = BytesIO()
    save = {"icc_profile": profile} if profile else {}
    photo(mode).save(out, "PNG", pnginfo=text, exif=exif(1), dpi=(72, 72), **save)
    data = out.getvalue()
    extra = png_chunk(b"caBX", b"jumbc2pa" + SECRET) + png_chunk(b"prVt", SECRET) + png_chunk(b"tIME", bytes(7))
    return data[:33] + extra + data[33:] + b"behind the end " + SECRET


def dirty_webp(*, profile: bytes | None = PROFILE, mode: str = "RGB") -> bytes:
    """A WebP with a profile, EXIF, XMP and credentials."""
    out = BytesIO()
    save = {"icc_profile": profile} if profile else {}
    photo(mode).save(out, "WEBP", lossless=True, exif=exif(1), xmp=XMP, **save)
    data = out.getvalue()
    credentials = b"c2pa" + SECRET
    chunk = b"C2PA" + struct.pack("<I", len(credentials)) + credentials + bytes(len(credentials) % 2)
    return b"RIFF" + struct.pack("<I", len(data) - 8 + len(chunk)) + data[8:] + chunk + b"behind" + SECRET


DIRTY: dict[str, Callable[[], bytes]] = {
    "JPEG": dirty_jpeg,
    "PNG": dirty_png,
    "WebP": dirty_webp,
    "JPEG without profile": lambda: dirty_jpeg(profile=None),
    "PNG without profile": lambda: dirty_png(profile=None),
    "WebP without profile": lambda: dirty_webp(profile=None),
    "PNG with alpha": lambda: dirty_png(profile=None, mode="RGBA"),
    "WebP with alpha": lambda: dirty_webp(mode="RGBA"),
}


def parts_of(data: bytes) -> list[str]:
    """Return the names of all parts of a file, and `rest` for bytes behind its end."""
    if data.startswith(b"\x89PNG"):
        return _png_parts(data)
    return _webp_parts(data) if data.startswith(b"RIFF") else _jpeg_parts(data)


def _png_parts(data: bytes) -> list[str]:
    at, parts = 8, []
    while at < len(data) and "IEND" not in parts:
        (length,) = struct.unpack_from(">I", data, at)
        assert zlib.crc32(data[at + 4 : at + 8 + length]) == struct.unpack_from(">I", data, at + 8 + length)[0]
        parts.append(data[at + 4 : at + 8].decode())
        at += length + 12
    return parts + ["rest"] * (at < len(data))


def _webp_parts(data: bytes) -> list[str]:
    size = 8 + struct.unpack_from("<I", data, 4)[0]
    at, parts = 12, []
    while at < size:
        parts.append(data[at : at + 4].decode())
        at += 8 + -(-struct.unpack_from("<I", data, at + 4)[0] // 2) * 2
    return parts + ["rest"] * (size < len(data))


def _jpeg_parts(data: bytes) -> list[str]:
    names = {0xDB: "DQT", 0xC4: "DHT", 0xDD: "DRI", 0xDA: "SOS", 0xD9: "EOI", 0xFE: "COM"}
    names |= {0xE0 + n: f"APP{n}" for n in range(16)} | dict.fromkeys((0xC0, 0xC1, 0xC2), "SOF")
    at, parts = 2, []
    while "EOI" not in parts:
        marker = data[at + 1]
        parts.append("thumbnail" if data[at + 4 : at + 8] == b"JFXX" else names[marker])
        if marker == 0xD9:
            at += 2
            continue
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
        while marker == 0xDA and (data[at] != 0xFF or data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7):
            at += 1
    return parts + ["rest"] * (at < len(data))


def assert_only_pixels(data: bytes) -> None:
    assert set(parts_of(data)) <= _PNG_PARTS | _WEBP_PARTS | _JPEG_PARTS, parts_of(data)
    for secret in (SECRET, b"Camera of Maya", b"c2pa", b"ICC_PROFILE", b"xmp"):
        assert secret not in data
    with Image.open(BytesIO(data)) as image:
        assert not image.getexif()
        assert image.info.keys() <= _CODING_FACTS


@pytest.mark.parametrize("name", DIRTY)
def test_planted_metadata_is_there_to_be_found(name: str) -> None:
    data = DIRTY[name]()
    assert "rest" in parts_of(data)
    assert data.count(SECRET) >= 3


@pytest.mark.parametrize("name", DIRTY)
def test_previews_and_references_consist_of_pixels(name: str) -> None:
    data = DIRTY[name]()
    assert_only_pixels(examine(data, "m").preview)
    assert_only_pixels(normalize_reference(data))


@pytest.mark.parametrize("limits", [LIMITS, SMALL_LIMITS], ids=["as large", "smaller"])
@pytest.mark.parametrize("name", DIRTY)
def test_reference_sent_to_a_model_consists_of_pixels(name: str, limits: Limits) -> None:
    data = DIRTY[name]()
    sent = fit_to_limits(data, "m", limits)
    assert_only_pixels(sent)
    if "without" in name and limits is LIMITS:
        with Image.open(BytesIO(data)) as original, Image.open(BytesIO(sent)) as image:
            assert original.convert("RGB").tobytes() == image.convert("RGB").tobytes(), "not encoded again"


def test_everything_composed_from_a_preview_with_metadata_consists_of_pixels() -> None:
    """Previews that an older version stored may still have a comment."""
    old_preview = dirty_jpeg()
    poster = Poster(2, "The cast of Harbour")
    for _ in range(2):
        poster.add(old_preview, Caption("Maya", "version 1"))
    composed = [
        contact_sheet({1: old_preview, 2: old_preview}, "3:4"),
        *equalize_previews([old_preview, old_preview], "3:4"),
        record_picture(old_preview),
        side_by_side(old_preview, old_preview, "3:4"),
        poster.to_jpeg(),
        bar_chart((Panel("By model", (Bar("a", "$4.00", 4.0),)),)),
    ]
    for data in composed:
        assert_only_pixels(data)


def test_vendors_comment_is_in_no_thread_picture() -> None:
    preview = examine(dirty_jpeg(profile=None), "m").preview
    assert SECRET not in b"".join(equalize_previews([preview], "3:4"))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("restart", [{}, {"restart_marker_rows": 1}])
def test_stripped_jpeg_keeps_its_pixels(progressive: bool, restart: dict[str, int]) -> None:
    out = BytesIO()
    photo(size=(300, 200)).save(out, "JPEG", quality=80, progressive=progressive, comment=SECRET, **restart)
    stripped = strip_metadata(out.getvalue())
    assert stripped
    assert_only_pixels(stripped)
    assert Image.open(BytesIO(stripped)).tobytes() == Image.open(out).tobytes()


@pytest.mark.parametrize("cut", [3, 20, 60, 400, 5_000])
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP"])
def test_file_that_ends_early_is_not_stripped(name: str, cut: int) -> None:
    data = DIRTY[name]()[:cut]
    assert strip_metadata(data) in (None, data)
    assert strip_metadata(b"<html>") is None
