"""Draws what an order asks for; everything here is slow enough to belong on a thread."""

import io
from dataclasses import replace
from hashlib import sha256

from PIL import Image, ImageEnhance, ImageFilter

from playground.faces import draw_face, encode
from playground.models.order import Order
from playground.models.spoiled import Picture

_UPSCALED = 4096
_SEEDS_PER_TAKE = 1000
_ANOTHER = "another moment"


def drawn(order: Order, take: int) -> list[Picture]:
    """The `n` pictures of an order; without a seed of the caller's, `take` makes each call a new face."""
    first = order.seed if order.seed is not None else take * _SEEDS_PER_TAKE
    seeds = range(first, first + order.n)
    pictures = [Picture(encode(_draw(order, seed), order.media_type), order.media_type) for seed in seeds]
    return [_sketch(order, first), *pictures] if order.thinks and take % 2 == 0 else pictures


def opened(data: bytes) -> Image.Image:
    """A reference as RGB pixels; raises OSError when it is no picture."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")


def mode_of(data: bytes) -> str:
    """The colour mode of a reference that can be decoded whole; raises OSError when it is no picture."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        return picture.mode


def upscaled_size(width: int, height: int) -> tuple[int, int]:
    """Crisp upscaling takes the long side to 4096 (measured once on 1122x1402: 3278x4096; undocumented)."""
    scale = _UPSCALED / max(width, height)
    return round(width * scale), round(height * scale)


def _sketch(order: Order, seed: int) -> Picture:
    """What models show while they think: a quarter of the size and unsharp."""
    small = replace(order, width=order.width // 4, height=order.height // 4)
    blurred = _draw(small, seed).filter(ImageFilter.GaussianBlur(3))
    return Picture(encode(blurred, "image/jpeg"), "image/jpeg", thought=True)


def _draw(order: Order, seed: int) -> Image.Image:
    if order.touch == "draw":
        return draw_face(order.model, order.prompt, seed, order.width, order.height, order.hand)
    reference = opened(order.references[0])
    if order.touch == "upscale":
        enlarged = reference.resize((order.width, order.height), Image.Resampling.LANCZOS)
        return enlarged.filter(ImageFilter.UnsharpMask(3, 60, 2))
    kept = _cover(reference, order.width, order.height)
    return _retouched(_moved(kept, order, seed) if _ANOTHER in order.prompt.casefold() else kept, order, seed)


def _cover(picture: Image.Image, width: int, height: int) -> Image.Image:
    """Fills the frame from the middle of the picture, a little above it where the face is."""
    scale = max(width / picture.width, height / picture.height)
    across, down = width / scale, height / scale
    left, top = (picture.width - across) / 2, (picture.height - down) * 0.4
    box = (left, top, left + across, top + down)
    return picture.resize((width, height), Image.Resampling.BICUBIC, box=box)


def _moved(picture: Image.Image, order: Order, seed: int) -> Image.Image:
    """The same face a moment later: the head tilted to one side or the other, the camera nearer and elsewhere."""
    tilt, side, near, across, down = sha256(f"{order.prompt}|{order.seed}|{seed}".encode()).digest()[:5]
    angle = (3 + tilt / 255 * 5) * (1 if side % 2 else -1)
    nearer = 1.16 + near / 255 * 0.2
    width, height = picture.width / nearer, picture.height / nearer
    left, top = (picture.width - width) * (0.2 + across / 255 * 0.6), (picture.height - height) * down / 255 * 0.6
    tilted = picture.rotate(angle, Image.Resampling.BICUBIC)
    return tilted.resize(picture.size, Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))


def _retouched(picture: Image.Image, order: Order, seed: int) -> Image.Image:
    """The same face in a slightly other light, further away with more strength; other words, other light."""
    turn = sha256(f"{order.prompt}|{seed}".encode()).digest()
    warmth = (turn[0] / 255 - 0.5) * 0.24 * (0.5 + order.strength)
    red, green, blue = picture.split()
    tinted = Image.merge("RGB", (red.point(_gain(1 + warmth)), green, blue.point(_gain(1 - warmth))))
    return ImageEnhance.Contrast(tinted).enhance(0.94 + turn[1] / 255 * 0.12)


def _gain(factor: float) -> list[int]:
    return [min(255, round(level * factor)) for level in range(256)]
