"""Which model draws with which hand."""

from collections.abc import Callable
from zlib import crc32

from PIL import Image

from playground.faces.hands.chalk import chalk
from playground.faces.hands.engraving import engraving
from playground.faces.hands.gouache import gouache
from playground.faces.hands.ink import ink
from playground.faces.hands.pencil import pencil
from playground.faces.hands.screenprint import screenprint
from playground.faces.person import Person
from playground.faces.shapes import Chance
from playground.faces.sketch import Sketch

Hand = Callable[[Person, Sketch, Chance, int, int], Image.Image]

_HANDS: dict[str, Hand] = {
    "recraftv4_1": gouache,
    "recraftv4_1_pro": gouache,
    "recraftv4_1_flash": screenprint,
    "gpt-image-2": ink,
    "gpt-image-2.5-flare": pencil,
    "gpt-image-2.5-sunburst": pencil,
    "gemini-nano-banana-2.1": chalk,
    "gemini-3-pro-image": engraving,
}
_OTHERS: tuple[Hand, ...] = (gouache, ink, chalk, engraving, pencil, screenprint)


def hand_of(model: str) -> Hand:
    """A model keeps its hand; one that is not listed takes the hand its name falls on."""
    return _HANDS.get(model) or _OTHERS[crc32(model.encode()) % len(_OTHERS)]
