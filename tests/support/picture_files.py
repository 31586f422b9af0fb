"""Picture files of many kinds, made from code: one picture of four coloured quarters in each encoding."""

import struct
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from random import Random

from PIL import Image, ImageCms

from bot.imaging.references import Limits

SIDE = 160
# Upper left, upper right, lower left, lower right.
QUARTERS = ((200, 80, 60), (70, 160, 90), (60, 90, 190), (220, 210, 190))
GREYS = ((40,) * 3, (110,) * 3, (180,) * 3, (230,) * 3)
Color = tuple[int, ...]
_D50 = (0.9642, 1.0, 0.8249)
# CIE xy of red, green and blue, and the gamma of each colour space.
SPACES = {
    "Display P3": (((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), (0.3127, 0.3290), 2.2),
    "Adobe RGB": (((0.640, 0.330), (0.210, 0.710), (0.150, 0.060)), (0.3127, 0.3290), 2.2),
    "ProPhoto RGB": (((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), (0.3457, 0.3585), 1.8),
}
_SRGB_PRIMARIES = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)), (0.3127, 0.3290)
Matrix = list[list[float]]
# Limits of a model that takes large references.
LARGE_LIMITS = Limits(max_bytes=10_000_000, max_pixels=16_000_000, max_side=4096)


def quarters(
    colors: Sequence[Color] = QUARTERS, mode: str = "RGB", size: tuple[int, int] = (SIDE, SIDE)
) -> Image.Image:
    """Return the picture, each quarter in one colour of `mode`."""
    picture = Image.new(mode, size)
    middle_x, middle_y = size[0] // 2, size[1] // 2
    boxes = [
        (0, 0, middle_x, middle_y),
        (middle_x, 0, size[0], middle_y),
        (0, middle_y, middle_x, size[1]),
        (middle_x, middle_y, *size),
    ]
    for box, color in zip(boxes, colors, strict=True):
        picture.paste(color if len(color) > 1 else color[0], box)
    return picture


def encode(picture: Image.Image, kind: str, **save: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **({"quality": 97, "subsampling": 0} if kind in ("JPEG", "MPO") else {}) | save)
    return out.getvalue()


def quarter_colors(data: bytes) -> list[Color]:
    """Return the colours in the middle of each quarter, as a viewer without colour management shows them."""
    with Image.open(BytesIO(data)) as image:
        picture = image.convert("RGB")
    points = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    found = [picture.getpixel((round(x * picture.width), round(y * picture.height))) for x, y in points]
    return [color for color in found if isinstance(color, tuple)]


def color_error(data: bytes, expected: Sequence[Color] = QUARTERS) -> int:
    """Return the largest difference of one channel."""
    return max(
        abs(a - b)
        for found, wanted in zip(quarter_colors(data), expected, strict=True)
        for a, b in zip(found, wanted, strict=True)
    )


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def deep_png(colors: Sequence[Color], color_type: int, transparent: Sequence[int] = ()) -> bytes:
    """Return a PNG of 16 bits a sample: colour type 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA."""
    half = SIDE // 2
    pixels = [struct.pack(f">{len(color)}H", *(value * 257 for value in color)) for color in colors]
    rows = [b"\0" + pixels[at] * half + pixels[at + 1] * half for at in (0, 2)]
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 16, color_type, 0, 0, 0)
    chunks = [
        png_chunk(b"IHDR", header),
        png_chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent)) if transparent else b"",
        png_chunk(b"IDAT", zlib.compress(rows[0] * half + rows[1] * half)),
        png_chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def without_segment(jpeg: bytes, marker: int) -> bytes:
    """Remove a JPEG's first segment of a kind."""
    at = jpeg.index(bytes((0xFF, marker)))
    return jpeg[:at] + jpeg[at + 2 + struct.unpack_from(">H", jpeg, at + 2)[0] :]


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """Add a segment behind a JPEG's start."""
    return jpeg[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def wide_gamut(space: str) -> tuple[Image.Image, bytes]:
    """Return the quarters as the colour space encodes them, and the profile that says so."""
    (primaries, white, gamma) = SPACES[space]
    to_space = _inverse(_rgb_to_xyz(primaries, white))
    from_srgb = _rgb_to_xyz(*_SRGB_PRIMARIES)
    encoded = []
    for color in QUARTERS:
        linear = _times(to_space, _times(from_srgb, [linear_light(value / 255) for value in color]))
        encoded.append(tuple(round(255 * max(0.0, value) ** (1 / gamma)) for value in linear))
    return quarters(encoded), rgb_profile(primaries, white, gamma)


def rgb_profile(
    primaries: Sequence[tuple[float, float]], white: tuple[float, float], gamma: float, space: bytes = b"RGB "
) -> bytes:
    """Return an ICC profile of version 2 with a matrix and one gamma (ICC.1:2001-04)."""
    columns = list(zip(*_rgb_to_xyz(primaries, white), strict=True))
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {b"wtpt": _xyz_tag(_D50), b"desc": _description(), b"cprt": b"text" + bytes(4) + b"CC0\0"}
    tags |= {name: _xyz_tag(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(tags, b"mntr", space, b"XYZ ")


def grey_profile(gamma: float) -> bytes:
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    tags = {b"wtpt": _xyz_tag(_D50), b"desc": _description(), b"cprt": b"text" + bytes(4) + b"CC0\0", b"kTRC": curve}
    return _profile(tags, b"mntr", b"GRAY", b"XYZ ")


def cmyk_profile(ink_colors: Callable[[tuple[int, ...]], Color]) -> bytes:
    """Return a printer's profile whose 16 full combinations of inks have the sRGB colours of `ink_colors`."""
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    table = b""
    for inks in ((c, m, y, k) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)):
        lab = ImageCms.applyTransform(Image.new("RGB", (1, 1), ink_colors(inks)), to_lab)
        assert lab is not None
        table += bytes(lab.getpixel((0, 0)))  # type: ignore[arg-type]
    ramp = bytes(range(256))
    identity = struct.pack(">9I", *(65_536 if at in (0, 4, 8) else 0 for at in range(9)))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity + ramp * 4 + table + ramp * 3
    tags = {b"wtpt": _xyz_tag(_D50), b"desc": _description(), b"cprt": b"text" + bytes(4) + b"CC0\0", b"A2B0": lut}
    return _profile(tags, b"prtr", b"CMYK", b"Lab ")


def stored_for(orientation: int) -> Image.Image:
    """Return the quarters as a camera stores them that adds this EXIF orientation."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    picture = quarters(size=(SIDE, SIDE + 40))
    return picture.transpose(turns[orientation]) if orientation in turns else picture


def exif(orientation: int) -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010F] = "Camera of Maya"
    return found


def _profile(tags: dict[bytes, bytes], device: bytes, space: bytes, connection: bytes) -> bytes:
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, tag in tags.items():
        tag += bytes(-len(tag) % 4)
        table += name + struct.pack(">II", at + len(body), len(tag))
        body += tag
    header = bytes(4) + bytes(4) + struct.pack(">I", 0x02400000) + device + space + connection + bytes(12) + b"acsp"
    header += bytes(28) + struct.pack(">3i", *(round(value * 65_536) for value in _D50)) + bytes(48)
    profile = header[:128] + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(profile)) + profile[4:]


def _description() -> bytes:
    text = b"practice\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)


def _xyz_tag(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65_536) for value in values))


def linear_light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _rgb_to_xyz(primaries: Sequence[tuple[float, float]], white: tuple[float, float]) -> Matrix:
    """Return the matrix from linear RGB to XYZ under D50 (Bradford)."""
    base = [list(row) for row in zip(*((x / y, 1.0, (1 - x - y) / y) for x, y in primaries), strict=True)]
    white_xyz = [white[0] / white[1], 1.0, (1 - sum(white)) / white[1]]
    scale = _times(_inverse(base), white_xyz)
    matrix = [[value * factor for value, factor in zip(row, scale, strict=True)] for row in base]
    bradford = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    cones, target = _times(bradford, white_xyz), _times(bradford, list(_D50))
    adapted = [[value * t / s for value in row] for row, t, s in zip(bradford, target, cones, strict=True)]
    return _product(_product(_inverse(bradford), adapted), matrix)


def _times(matrix: Matrix, vector: Sequence[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _product(left: Matrix, right: Matrix) -> Matrix:
    columns = [_times(left, column) for column in zip(*right, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    adjugate = [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
    return [[value / determinant for value in row] for row in adjugate]


def encoded_noise(width: int, height: int, kind: str = "PNG", seed: int = 1, **save: object) -> bytes:
    noise = Image.frombytes("RGB", (64, 64), Random(seed).randbytes(64 * 64 * 3))
    out = BytesIO()
    noise.resize((width, height), Image.Resampling.BICUBIC).save(out, kind, **save)
    return out.getvalue()


def pixel_size(data: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(data)).size


def oversized_png() -> bytes:
    out = BytesIO()
    Image.new("L", (6400, 6400)).save(out, "PNG", compress_level=1)
    return out.getvalue()
