"""Pictures: bytes in, checked facts, previews and the contact sheet; pure functions, run in threads."""

import asyncio
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from math import ceil, sqrt
from typing import ParamSpec, TypeVar

from PIL import Image, ImageDraw, ImageFont, ImageOps, ImageStat

from bot.errors import BadPicture, BadRequest, CastingError

P = ParamSpec("P")
R = TypeVar("R")

SHEET_WIDTH = 1600
SHEET_BYTES = 1_000_000
_GUTTER = 8
_PREVIEW_SIDE = 2048
_RECORD_SIDE = 1600
_PAIR_WIDTH = 2000
_REFERENCE_SIDE = 4096
_MOST_PIXELS = 40_000_000
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_MODES = ("RGB", "RGBA")
_ORIENTATION = 0x0112  # the EXIF tag by which a telephone says that its picture lies on its side
_FAITHFUL = (95, 90)  # a reference is somebody's face
# Quicker filters (Hamming, twice as quick) leave a trace of each picture's own size in the sheet's grain: the reader of
# tests/scale/test_blind.py guessed 124 of 200 rounds by it, and with this one 107 of the same.
_EVEN = Image.Resampling.LANCZOS
# A little under the smallest candidate, so that every one is resampled and none keeps its model's own sharpness.
_BLIND_SCALE = 0.94

# Threads that share the work of one sheet while it takes: everybody waits for it, once all portraits are there.
_HANDS = 2

# Pillow lets go of the interpreter in its codecs, so these never hold up the event loop. Portraits have a thread to
# themselves: two that decode 4K keep 70 MB each, and the allocator gives neither back.
_threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="imaging")
_examining = ThreadPoolExecutor(max_workers=1, thread_name_prefix="examining")


async def aside(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run picture work off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_threads, lambda: work(*args, **kwargs))


async def examined(data: bytes, model: str) -> "Examined":
    """`examine` off the event loop, one portrait after the other."""
    return await asyncio.get_running_loop().run_in_executor(_examining, examine, data, model)


@dataclass(frozen=True)
class Examined:
    """What the bytes turned out to be: type by content, pixels, SHA-256 in hex, whether a C2PA manifest is inside.

    `likeness` is a perceptual hash in hex: what it looks like, whatever its size and encoder.
    """

    media_type: str
    width: int
    height: int
    sha256: str
    credentials: bool
    preview: bytes
    likeness: str
    length: int


def examine(data: bytes, model: str) -> Examined:
    """Check a model's bytes by decoding them whole, and make their preview; raises BadPicture.

    The type is read from the bytes, not from the claim: vendors send PNG, JPEG and WebP under each other's names.
    """
    try:
        with _decoding():
            image = Image.open(BytesIO(data), formats=tuple(_FORMATS))
            if image.width * image.height > _MOST_PIXELS:
                raise BadPicture(model, f"too many pixels: {image.width} x {image.height}", "yes")
            if getattr(image, "n_frames", 1) != 1:
                raise BadPicture(model, "more than one frame", "yes")
            kind, width, height = image.format or "", image.width, image.height
            image.load()
            picture = _small(image)
    except _Unreadable as error:
        raise BadPicture(model, "cannot be decoded", "yes") from error
    if max(ImageStat.Stat(picture.resize((64, 64), Image.Resampling.NEAREST)).stddev) < 1:
        raise BadPicture(model, "blank", "yes")
    return Examined(
        media_type=_FORMATS[kind],
        width=width,
        height=height,
        sha256=sha256(data).hexdigest(),
        credentials=b"c2pa" in data,
        preview=_jpeg(picture, 92),
        likeness=_likeness(picture),
        length=len(data),
    )


def alike(previews: Sequence[bytes], aspect: str) -> list[bytes]:
    """The pictures cropped to one aspect and resampled to one size below the smallest: nothing tells them apart."""
    pictures = [_open(p) for p in previews]
    width, height = _common_size([p.size for p in pictures], aspect)
    return [_jpeg(ImageOps.fit(p, (width, height), Image.Resampling.LANCZOS), 88) for p in pictures]


def contact_sheet(previews: Mapping[int, bytes], aspect: str) -> bytes:
    """One JPEG, 1600 pixels wide and under 1 MB, of all candidates by number, with the number in each corner."""
    columns = _columns(len(previews))
    across, down = _ratio(aspect)
    cell_w = (SHEET_WIDTH - _GUTTER * (columns - 1)) // columns
    cell_h = round(cell_w * down / across)
    numbers = sorted(previews)
    rows = ceil(len(numbers) / columns)
    sheet = Image.new("RGB", (SHEET_WIDTH, rows * cell_h + _GUTTER * (rows - 1)), "white")
    with ThreadPoolExecutor(_HANDS) as hands:
        pictures = list(hands.map(lambda number: _open(previews[number], (cell_w, cell_h)), numbers))
        least_w, _ = _common_size([picture.size for picture in pictures], aspect)
        scale = min(1.0, least_w / cell_w)
        cells = hands.map(lambda picture: _cell(picture, (cell_w, cell_h), scale), pictures)
        for place, (number, cell) in enumerate(zip(numbers, cells, strict=True)):
            _number(cell, number)
            sheet.paste(cell, ((place % columns) * (cell_w + _GUTTER), (place // columns) * (cell_h + _GUTTER)))
    return _under(sheet, SHEET_BYTES)


def _cell(picture: Image.Image, size: tuple[int, int], scale: float) -> Image.Image:
    """One picture of a sheet: brought to what the smallest of them has, and from there to the cell's size."""
    width, height = size
    same = ImageOps.fit(picture, (round(width * scale), round(height * scale)), _EVEN)
    return same.resize(size, _EVEN) if same.width != width else same


def record(preview: bytes) -> bytes:
    """The locked portrait as the record shows it: whole, at most 1600 pixels on its long side, a JPEG."""
    picture = _open(preview)
    picture.thumbnail((_RECORD_SIDE, _RECORD_SIDE), Image.Resampling.LANCZOS)
    return _jpeg(picture, 90)


def pair(original: bytes, finish: bytes, aspect: str) -> bytes:
    """Two previews side by side at one size and crop, each named in its corner: a JPEG, 2000 pixels wide."""
    across, down = _ratio(aspect)
    cell_w = (_PAIR_WIDTH - _GUTTER) // 2
    cell_h = round(cell_w * down / across)
    both = Image.new("RGB", (_PAIR_WIDTH, cell_h), "white")
    for place, (name, preview) in enumerate((("original", original), ("finish", finish))):
        cell = ImageOps.fit(_open(preview), (cell_w, cell_h), Image.Resampling.LANCZOS)
        _caption(cell, name)
        both.paste(cell, (place * (cell_w + _GUTTER), 0))
    return _jpeg(both, 92)


@dataclass(frozen=True)
class Limits:
    """The most a picture sent to a model may have: bytes, pixels in all, pixels on a side."""

    length: int
    pixels: int
    side: int


def fitting(data: bytes, model: str, limits: Limits) -> bytes:
    """A picture as `model` takes it: the bytes themselves where they fit, else upright RGB, encoded again and shrunk.

    Vendors turn down palettes and CMYK ("Invalid image file or mode"), so anything but RGB and RGBA is made RGB.
    Raises BadRequest for bytes that are no picture.
    """
    try:
        with _decoding(), Image.open(BytesIO(data), formats=tuple(_FORMATS)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise BadRequest(model, "a reference with too many pixels")
            image.load()
            upright = _upright(image)
            as_it_is = upright is image and image.mode in _MODES
            if as_it_is and len(data) <= limits.length and _shrink(image.size, limits) == 1:
                return data
            picture = upright.convert("RGB")
            picture.info.pop("transparency", None)  # a grey of 16 bits, which Pillow then cannot write
    except _Unreadable as error:
        raise BadRequest(model, "a reference that cannot be decoded") from error
    return _encoded(picture, limits)


def _encoded(picture: Image.Image, limits: Limits) -> bytes:
    """As PNG where that may fit, else as the best JPEG that does, smaller where even that is too long."""
    scale = _shrink(picture.size, limits)
    while True:
        small = _scaled(picture, scale)
        if small.width * small.height * 3 <= 2 * limits.length and len(data := _png(small)) <= limits.length:
            return data
        if len(data := _under(small, limits.length + 1, _FAITHFUL)) <= limits.length:
            return data
        scale *= 0.8


def _shrink(size: tuple[int, int], limits: Limits) -> float:
    width, height = size
    return min(1.0, limits.side / max(size), sqrt(limits.pixels / (width * height)))


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    if scale == 1:
        return picture
    return picture.resize((int(picture.width * scale) or 1, int(picture.height * scale) or 1), Image.Resampling.LANCZOS)


def reference(data: bytes) -> bytes:
    """An attached picture as it is kept and sent along: a JPEG, upright, at most 4096 pixels a side.

    Nothing else of the file is kept: a photo also tells where and with what it was taken. Raises BadPicture.
    """
    try:
        with _decoding(), Image.open(BytesIO(data), formats=tuple(_FORMATS)) as image:
            picture = _upright(image).convert("RGB")
    except _Unreadable as error:
        raise BadPicture("reference", "cannot be decoded") from error
    picture.thumbnail((_REFERENCE_SIDE, _REFERENCE_SIDE), Image.Resampling.LANCZOS)
    return _jpeg(picture, 95)


class _Unreadable(Exception):
    """Bytes that no picture comes of."""


@contextmanager
def _decoding() -> Iterator[None]:
    """Whatever a decoder makes of broken bytes is _Unreadable: Pillow's plugins raise what happens to break in them
    (struct.error, zlib.error, IndexError ...), and name no common kind."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except CastingError:
        raise
    except Exception as error:
        raise _Unreadable from error


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera says that it was held; the very same where it says nothing, or nothing that can be read."""
    try:
        with _decoding():
            lies = image.getexif().get(_ORIENTATION, 1) != 1
            return ImageOps.exif_transpose(image) if lies else image
    except _Unreadable:
        return image


def _small(image: Image.Image) -> Image.Image:
    """The preview's pixels, in RGB. A large picture is halved first, so that it is never in memory twice."""
    factor = max(image.size) // _PREVIEW_SIDE
    if factor > 1 and image.mode in ("RGB", "L"):
        picture = image.reduce(factor)
        image.close()
        if picture.mode != "RGB":
            picture = picture.convert("RGB")
    else:
        picture = image.convert("RGB")
    picture.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE), Image.Resampling.LANCZOS)
    return picture


def _likeness(picture: Image.Image) -> str:
    """512 bits: in a grid of 16 x 16, whether each cell is brighter than its right and than its lower neighbour."""
    side = 17
    grey = picture.convert("L").resize((side, side), Image.Resampling.LANCZOS).tobytes()
    cells = [y * side + x for y in range(side - 1) for x in range(side - 1)]
    bits = [grey[at] > grey[at + step] for step in (1, side) for at in cells]
    return f"{sum(bit << n for n, bit in enumerate(bits)):0{len(bits) // 4}x}"


def _open(data: bytes, at_least: tuple[int, int] | None = None) -> Image.Image:
    image = Image.open(BytesIO(data), formats=("JPEG",))
    if at_least:
        image.draft("RGB", at_least)
    if image.mode != "RGB":
        return image.convert("RGB")
    image.load()
    return image


def _common_size(sizes: Sequence[tuple[int, int]], aspect: str) -> tuple[int, int]:
    """The largest box of `aspect` that fits, scaled down a little, into the smallest picture."""
    across, down = _ratio(aspect)
    unit = min(min(w / across, h / down) for w, h in sizes) * _BLIND_SCALE
    return max(1, round(unit * across)), max(1, round(unit * down))


def _columns(count: int) -> int:
    return {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}.get(count, 4)


def _ratio(aspect: str) -> tuple[int, int]:
    across, down = aspect.split(":")
    return int(across), int(down)


def _number(cell: Image.Image, number: int) -> None:
    """A big numeral on a dark disc in the upper left corner, readable on a telephone."""
    radius = max(24, cell.width // 12)
    margin = radius // 3
    shade = Image.new("L", (2 * radius + 1, 2 * radius + 1), 0)
    ImageDraw.Draw(shade).ellipse((0, 0, 2 * radius, 2 * radius), fill=170)
    cell.paste(Image.new("RGB", shade.size, "black"), (margin, margin), mask=shade)
    middle, font = (margin + radius, margin + radius), _font(round(radius * 1.35))
    ImageDraw.Draw(cell).text(middle, str(number), fill="white", font=font, anchor="mm")


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


def _caption(cell: Image.Image, words: str) -> None:
    """Words on a dark band in the lower left corner."""
    size = cell.width // 24
    font = ImageFont.load_default(size=size)
    left, _, right, _ = font.getbbox(words)
    band = Image.new("L", (round(right - left) + size, 2 * size), 170)
    top = cell.height - band.height
    cell.paste(Image.new("RGB", band.size, "black"), (0, top), mask=band)
    ImageDraw.Draw(cell).text((size // 2, top + size), words, fill="white", font=font, anchor="lm")


def _under(picture: Image.Image, most: int, qualities: Sequence[int] = (88, 82, 75, 65, 50)) -> bytes:
    for quality in qualities:
        if len(data := _jpeg(picture, quality)) < most:
            break
    return data


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
