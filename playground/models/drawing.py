"""Draws the pictures of an order; slow, so it runs in a thread."""

import io
from dataclasses import replace
from hashlib import sha256

from PIL import Image, ImageEnhance, ImageFilter, ImageStat

from playground.faces import draw_face, encode
from playground.faces.caption import add_caption
from playground.faces.identity_mark import mark, read_mark
from playground.faces.views import ViewWanted, draw_view
from playground.models import content_credentials
from playground.models.corrupted_images import Picture
from playground.models.generation_order import GenerationOrder

_UPSCALED_SIDE = 4096
_SEEDS_PER_REPEAT = 1000
# A redraw at a higher resolution asks for the same picture; any other reference is only the face to keep.
_SAME_PICTURE_PHRASE = "at a higher resolution"


def draw_pictures(order: GenerationOrder, repeat_index: int) -> list[Picture]:
    """Draw the `n` pictures of an order; without a seed, `repeat_index` gives each call a new face."""
    first = order.seed if order.seed is not None else repeat_index * _SEEDS_PER_REPEAT
    seeds = range(first, first + order.n)
    pictures = [_finished(order, encode(_draw(order, seed), order.media_type)) for seed in seeds]
    return [_sketch(order, first), *pictures] if order.is_thinking and repeat_index % 2 == 0 else pictures


def _finished(order: GenerationOrder, data: bytes) -> Picture:
    """Return a drawn picture as its vendor delivers it."""
    if order.signed_by:
        data = content_credentials.embed(data, order.media_type, order.signed_by, order.model)
    return Picture(data, order.media_type)


def open_rgb(data: bytes) -> Image.Image:
    """Open a reference as RGB pixels; raises OSError for an invalid picture."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")


def color_mode(data: bytes) -> str:
    """Return the colour mode of a reference that decodes completely; raises OSError for an invalid picture."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.mode


def upscaled_size(width: int, height: int) -> tuple[int, int]:
    """Return the crisp upscaler's size: a long side of 4096 (measured once on 1122x1402: 3278x4096; undocumented)."""
    scale = _UPSCALED_SIDE / max(width, height)
    return round(width * scale), round(height * scale)


def _sketch(order: GenerationOrder, seed: int) -> Picture:
    """Draw a sketch as models send while they think: a quarter of the size and blurred."""
    small = replace(order, width=order.width // 4, height=order.height // 4)
    blurred = _draw(small, seed).filter(ImageFilter.GaussianBlur(3))
    return Picture(encode(blurred, "image/jpeg"), "image/jpeg", is_thought=True)


def _draw(order: GenerationOrder, seed: int) -> Image.Image:
    if order.operation == "draw":
        size = (order.width, order.height)
        return draw_face(order.model, order.prompt, seed, *size, order.style_model, order.drawn_side)
    reference = open_rgb(order.references[0])
    if order.operation == "upscale":
        enlarged = reference.resize((order.width, order.height), Image.Resampling.LANCZOS)
        return enlarged.filter(ImageFilter.UnsharpMask(3, 60, 2))
    identity = read_mark(reference)
    if identity and (view := ViewWanted.of(order.prompt)):
        size, on_white = (order.width, order.height), _stands_on_white(reference)
        drawn = draw_view(identity, view, *size, order.drawn_side, on_white=on_white)
        return drawn if on_white else _relight(drawn, order, seed, 0.3)
    base = _cover(reference, order.width, order.height)
    if _SAME_PICTURE_PHRASE in order.prompt.casefold():
        redrawn = _relight(base, order, seed)
    else:
        redrawn = add_caption(_relight(_reframe(base, order, seed), order, seed))
    return mark(redrawn, identity) if identity else redrawn


def _stands_on_white(picture: Image.Image) -> bool:
    """Return whether the upper corners of a reference are white: its views keep the background."""
    side = max(1, picture.width // 20)
    corners = (picture.crop((0, 0, side, side)), picture.crop((picture.width - side, 0, picture.width, side)))
    return all(level > 246 for corner in corners for level in ImageStat.Stat(corner).mean)


def _cover(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Crop the picture to fill the frame, a little above the middle, where the face is."""
    scale = max(width / picture.width, height / picture.height)
    across, down = width / scale, height / scale
    left, top = (picture.width - across) / 2, (picture.height - down) * 0.4
    box = (left, top, left + across, top + down)
    return picture.resize((width, height), Image.Resampling.BICUBIC, box=box)


def _reframe(picture: Image.Image, order: GenerationOrder, seed: int) -> Image.Image:
    """Draw the same face in another pose: the head tilted to one side, the camera nearer and moved."""
    tilt, side, zoom, across, down = sha256(f"{order.model}|{order.prompt}|{order.seed}|{seed}".encode()).digest()[:5]
    angle = (3 + tilt / 255 * 5) * (1 if side % 2 else -1)
    zoom_factor = 1.16 + zoom / 255 * 0.2
    width, height = picture.width / zoom_factor, picture.height / zoom_factor
    left, top = (picture.width - width) * (0.2 + across / 255 * 0.6), (picture.height - height) * down / 255 * 0.6
    # What the turned picture leaves open in the corners stays as it was.
    turned, opaque = picture.rotate(angle, Image.Resampling.BICUBIC), Image.new("L", picture.size, 255).rotate(angle)
    tilted = Image.composite(turned, picture, opaque)
    return tilted.resize(picture.size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))


def _relight(picture: Image.Image, order: GenerationOrder, seed: int, amount: float = 1.0) -> Image.Image:
    """Draw the same face in other light, which depends on the prompt; more `strength` and `amount` change more."""
    digest = sha256(f"{order.model}|{order.prompt}|{seed}".encode()).digest()
    warmth = (digest[0] / 255 - 0.5) * 0.24 * (0.5 + order.strength) * amount
    red, green, blue = picture.split()
    tinted = Image.merge("RGB", (red.point(_gain(1 + warmth)), green, blue.point(_gain(1 - warmth))))
    return ImageEnhance.Contrast(tinted).enhance(1 + (digest[1] / 255 * 0.12 - 0.06) * amount)


def _gain(factor: float) -> list[int]:
    return [min(255, round(level * factor)) for level in range(256)]
