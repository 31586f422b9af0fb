"""The drawing style of each model."""

from collections.abc import Callable
from zlib import crc32

from PIL import Image

from playground.faces.person import Person
from playground.faces.shapes import Rng
from playground.faces.sketch import Sketch
from playground.faces.styles.chalk import chalk
from playground.faces.styles.engraving import engraving
from playground.faces.styles.gouache import gouache
from playground.faces.styles.ink import ink
from playground.faces.styles.pencil import pencil
from playground.faces.styles.screenprint import screenprint

Style = Callable[[Person, Sketch, Rng, int, int], Image.Image]

_STYLES_BY_MODEL: dict[str, Style] = {
    "recraftv4_1": gouache,
    "recraftv4_1_pro": gouache,
    "recraftv4_1_flash": screenprint,
    "gpt-image-2": ink,
    "gpt-image-2.5-flare": pencil,
    "gpt-image-2.5-sunburst": pencil,
    "gemini-nano-banana-2.1": chalk,
    "gemini-3-pro-image": engraving,
}
_ALL_STYLES: tuple[Style, ...] = (gouache, ink, chalk, engraving, pencil, screenprint)
STYLES_BY_NAME: dict[str, Style] = {style.__name__: style for style in _ALL_STYLES}
STYLE_NAMES = tuple(STYLES_BY_NAME)


def style_for(model: str) -> Style:
    """Return the style of a model; an unlisted one gets a style by the hash of its name."""
    return _STYLES_BY_MODEL.get(model) or _ALL_STYLES[crc32(model.encode()) % len(_ALL_STYLES)]
