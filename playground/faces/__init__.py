"""Draws artificial portraits, recognisable as drawings, in one style per model."""

import io
from hashlib import sha256

import numpy as np
from PIL import Image

from playground.faces.caption import add_caption
from playground.faces.person import Person
from playground.faces.portrait import sketch_of
from playground.faces.styles import style_for
from playground.faces.words import Traits

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

    A portrait with a side over `drawn_side` is drawn smaller and enlarged.
    """
    digest = sha256(f"{model}|{prompt}|{seed}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8]))
    person = Person.of(Traits.of(prompt), rng)
    scale = min(1.0, drawn_side / max(width, height))
    size = (round(width * scale), round(height * scale))
    picture = style_for(style_model or model)(person, sketch_of(person, rng), rng, *size)
    return add_caption(picture if scale == 1 else picture.resize((width, height), Image.Resampling.BICUBIC))


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
