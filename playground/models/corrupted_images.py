"""Corrupted pictures for the faults that send them."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from playground.models.faults import Fault
from playground.models.request_parsing import encode_base64

_BOMB_SIDE = 30_000
_COMMENT_LENGTH = 70_000


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture for a response.

    `is_base64_broken` damages the base64, `is_redirected` its URL; an `is_thought` picture is a sketch before the
    result.
    """

    data: bytes = field(repr=False)
    media_type: str
    is_base64_broken: bool = False
    is_redirected: bool = False
    is_thought: bool = False

    @property
    def content(self) -> bytes | str:
        """The value for JSON, whose encoder turns bytes into base64."""
        if not self.is_base64_broken:
            return self.data
        text = encode_base64(self.data)
        return text[: len(text) // 2] + "*" + text[len(text) // 2 : -2]

    @property
    def data_uri(self) -> str:
        content = self.content
        return f"data:{self.media_type};base64,{content if isinstance(content, str) else encode_base64(content)}"


def corrupt(picture: Picture, fault: Fault | None) -> Picture:
    """Return the picture as `fault` changes it; faults of the connection change nothing."""
    if fault is None or picture.is_thought:
        return picture
    match fault.kind:
        case "truncated":
            return replace(picture, data=picture.data[: len(picture.data) * 2 // 3])
        case "broken_base64":
            return replace(picture, is_base64_broken=True)
        case "not_an_image":
            return replace(picture, data=b"The portrait could not be rendered at this time.\n" * 40)
        case "enormous":
            return replace(picture, data=decompression_bomb(), media_type="image/png")
        case "wrong_type":
            return replace(picture, data=_reencode(picture, fault.spelling))
        case "long_comment":
            return replace(picture, data=_with_comment(_reencode(picture, "png")), media_type="image/png")
        case "redirect":
            return replace(picture, is_redirected=True)
    return picture


@cache
def decompression_bomb(side: int = _BOMB_SIDE) -> bytes:
    """Return a valid PNG of side x side black pixels: a hundred kilobytes that decode to gigabytes."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    compressed = b"".join(_compressed_rows(side))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", compressed) + _chunk(b"IEND", b"")


def _with_comment(png: bytes) -> bytes:
    """Return the PNG with a text chunk that is longer than a JPEG's comment can be."""
    end_of_header = 8 + 25
    text = _chunk(b"tEXt", b"comment\0" + b"x" * _COMMENT_LENGTH)
    return png[:end_of_header] + text + png[end_of_header:]


def _compressed_rows(side: int) -> Iterator[bytes]:
    compressor = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    for _ in range(side):
        yield compressor.compress(row)
    yield compressor.flush()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _reencode(picture: Picture, requested_format: str) -> bytes:
    """Re-encode the picture in another format than claimed: the requested one, else JPEG, or PNG for a JPEG.

    A key of `_UNUSUAL_PICTURES` asks for a valid picture that models and cameras seldom send.
    """
    if build := _UNUSUAL_PICTURES.get(requested_format):
        return build(Image.open(io.BytesIO(picture.data)).convert("RGB"))
    image_format = requested_format.upper() or ("PNG" if picture.media_type == "image/jpeg" else "JPEG")
    out = io.BytesIO()
    Image.open(io.BytesIO(picture.data)).convert("RGB").save(out, image_format)
    return out.getvalue()


def _transparent(image: Image.Image) -> bytes:
    """Return a PNG that is opaque in an ellipse; the hidden pixels around it are magenta."""
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, *image.size), fill=255)
    cut_out = Image.new("RGBA", image.size, (255, 0, 255, 0))
    cut_out.paste(image, mask=mask)
    return _encode(cut_out, "PNG")


def _tagged(image: Image.Image) -> bytes:
    """Return a JPEG with a comment and EXIF that name the model."""
    exif = Image.Exif()
    exif[0x0131] = "practice model"  # the EXIF tag for the software
    return _encode(image, "JPEG", comment=b"drawn by the practice model", exif=exif)


def _deep_grey(image: Image.Image) -> bytes:
    """Return a PNG with 16 bits a sample."""
    deep = image.convert("L").convert("I").point(lambda value: value * 257).convert("I;16")
    return _encode(deep, "PNG")


def _two_pictures(image: Image.Image) -> bytes:
    """Return an MPO, a phone's JPEG with a second picture behind the first."""
    return _encode(image, "MPO", save_all=True, append_images=[Image.new("RGB", image.size, "magenta")])


def _encode(image: Image.Image, image_format: str, **save: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, **save)
    return out.getvalue()


_UNUSUAL_PICTURES: dict[str, Callable[[Image.Image], bytes]] = {
    "transparent": _transparent,
    "tagged": _tagged,
    "deep_grey": _deep_grey,
    "cmyk": lambda image: _encode(image.convert("CMYK"), "JPEG"),
    "two_pictures": _two_pictures,
    "tiny": lambda image: _encode(image.resize((8, 8)), "PNG"),
    "narrow": lambda image: _encode(image.resize((2, 6_000)), "PNG"),
}
