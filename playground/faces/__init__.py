"""Draws artificial portraits, recognisable as drawings, in one style per model."""

import io

from PIL import Image

from playground.faces.caption import add_caption
from playground.faces.identity import Identity
from playground.faces.identity_mark import mark
from playground.faces.portrait import sketch_of
from playground.faces.styles import style_for
from playground.faces.white_ground import asks_for_white, cut_out

# Pixels; larger portraits are drawn at this size and enlarged, since the style has no finer detail.
MAX_DRAWN_SIDE = 2560


def draw_face(
    model: str,
    prompt: str,
    seed: int,
    width: int,
    height: int,
    style_model: str = "",
    drawn_side: int = MAX_DRAWN_SIDE,
) -> Image.Image:
    """Draw the portrait of (model, prompt, seed) at exactly this size, in the style of `style_model` if given.

    A portrait with a side over `drawn_side` is drawn smaller and enlarged. Its grain carries who the person is.
    """
    style = style_for(style_model or model)
    identity = Identity.of(model, prompt, seed, style.__name__)
    person, rng = identity.person()
    scale = min(1.0, drawn_side / max(width, height))
    size = (round(width * scale), round(height * scale))
    sketch = sketch_of(person, rng)
    picture = style(person, sketch, rng, *size)
    if asks_for_white(prompt):
        picture = cut_out(picture, sketch)
    enlarged = picture if scale == 1 else picture.resize((width, height), Image.Resampling.BICUBIC)
    return add_caption(mark(enlarged, identity))


def encode(picture: Image.Image, media_type: str) -> bytes:
    """Encode as PNG, JPEG or WebP; fast rather than small."""
    out = io.BytesIO()
    match media_type:
        case "image/png":
            picture.save(out, "PNG", compress_level=1)
        case "image/jpeg":
            picture.save(out, "JPEG", quality=90)
        case "image/webp":
            picture.save(out, "WEBP", quality=86, method=0)
        case _:
            raise ValueError(f"no encoder for {media_type}")
    return out.getvalue()
