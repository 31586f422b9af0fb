"""Pictures and amounts that are valid in their format and break what works with them."""

import struct
import zlib
from decimal import Decimal

ABSURD_AMOUNTS = tuple(
    map(Decimal, ("NaN", "sNaN", "Infinity", "-Infinity", "1e2000000", "1e-2000000", "-5", "9" * 5_000, "1e30"))
)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with_comment(png: bytes, length: int = 70_000) -> bytes:
    """Return the PNG with a text chunk named `comment`, which Pillow copies into a JPEG that cannot hold it."""
    end_of_header = 8 + 25
    return png[:end_of_header] + chunk(b"tEXt", b"comment\0" + b"x" * length) + png[end_of_header:]


def bomb(side: int = 30_000) -> bytes:
    """Return a PNG whose header claims a size that no model draws."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
