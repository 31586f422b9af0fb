"""Removes metadata from a picture file without touching its compressed pixels.

Only the parts that a decoder needs for the pixels are kept, so unknown kinds of metadata are removed too.
"""

import struct
from collections.abc import Callable, Iterator

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_PIXEL_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_WEBP_PIXEL_CHUNKS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH"})
# Flags of VP8X (developers.google.com/speed/webp/docs/riff_container): a profile, EXIF and XMP follow.
_WEBP_METADATA_FLAGS = 0x20 | 0x08 | 0x04
_START_OF_IMAGE, _END_OF_IMAGE, _START_OF_SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_JFIF_SEGMENT, _ADOBE_SEGMENT = 0xE0, 0xEE
# The marker 0xFF00 is a data byte, 0xFFD0 to 0xFFD7 restart a scan.
_INSIDE_SCAN = frozenset({0x00, *range(0xD0, 0xD8)})


def strip_metadata(data: bytes) -> bytes | None:
    """Return a PNG, JPEG or WebP without metadata, `data` itself if it has none; None if it cannot be read."""
    for signature, strip in _STRIPPERS.items():
        if data.startswith(signature):
            try:
                stripped = strip(data)
            except (IndexError, ValueError, struct.error):
                return None
            return data if stripped == data else stripped
    return None


def _strip_png(data: bytes) -> bytes:
    return _PNG_SIGNATURE + b"".join(chunk for kind, chunk in _png_chunks(data) if kind in _PNG_PIXEL_CHUNKS)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG_SIGNATURE)
    while True:
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise ValueError("a chunk longer than its file")
        yield kind, data[at:end]
        if kind == b"IEND":
            return
        at = end


def _strip_webp(data: bytes) -> bytes:
    size = 8 + struct.unpack_from("<I", data, 4)[0]
    if size > len(data) or data[8:12] != b"WEBP":
        raise ValueError("no WebP of this length")
    chunks, at = [], 12
    while at + 8 <= size:
        kind, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        end = at + 8 + length + length % 2
        if kind == b"VP8X":
            flags = bytes([data[at + 8] & ~_WEBP_METADATA_FLAGS])
            chunks.append(data[at : at + 8] + flags + data[at + 9 : end])
        elif kind in _WEBP_PIXEL_CHUNKS:
            chunks.append(data[at:end])
        at = end
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _strip_jpeg(data: bytes) -> bytes:
    """Keep the first picture's tables and scans; what follows its end, such as a gain map, goes."""
    pieces, at = [data[:2]], 2
    while True:
        while data[at] == data[at + 1] == 0xFF:  # fill bytes
            at += 1
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == _END_OF_IMAGE:
            return b"".join([*pieces, data[at : at + 2]])
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == _START_OF_SCAN:
            end = _end_of_scan(data, end)
        segment = data[at:end]
        if _is_needed(marker, segment):
            pieces.append(segment)
        at = end


def _end_of_scan(data: bytes, at: int) -> int:
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] not in _INSIDE_SCAN and data[at + 1] != 0xFF:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _is_needed(marker: int, segment: bytes) -> bool:
    """Keep tables, frames and scans, and the two application segments that say how colours are coded."""
    if marker == _JFIF_SEGMENT:
        return segment[4:9] == b"JFIF\0" and len(segment) == 18  # a longer one contains a thumbnail
    if marker == _ADOBE_SEGMENT:
        return segment[4:9] == b"Adobe" and len(segment) == 16
    return not 0xE0 <= marker <= 0xEF and marker != _COMMENT


_STRIPPERS: dict[bytes, Callable[[bytes], bytes]] = {
    _PNG_SIGNATURE: _strip_png,
    b"\xff\xd8\xff": _strip_jpeg,
    b"RIFF": _strip_webp,
}
