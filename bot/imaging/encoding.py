"""Writes pictures. Nothing but pixels is written: no comment, EXIF, XMP, text chunk, colour profile or credentials."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image


def to_jpeg(picture: Image.Image, quality: int, *, optimize: bool = False) -> bytes:
    """Encode an sRGB picture; its `info` is emptied, because Pillow writes a comment from there."""
    picture.info = {}
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=optimize)
    return out.getvalue()


def to_jpeg_under(picture: Image.Image, max_bytes: int, qualities: Sequence[int] = (88, 82, 75, 65, 50)) -> bytes:
    """Encode at the highest quality with fewer than `max_bytes`; else at the lowest."""
    for quality in qualities:
        if len(data := to_jpeg(picture, quality)) < max_bytes:
            break
    return data


def to_png(picture: Image.Image) -> bytes:
    """Encode an sRGB picture; its `info` is emptied, because Pillow writes a colour profile from there."""
    picture.info = {}
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
