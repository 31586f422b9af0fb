"""The same person from another side or with another expression, as a prompt with a reference asks for."""

import re
from dataclasses import dataclass, replace

from PIL import Image, ImageChops, ImageFilter

from playground.faces.caption import add_caption
from playground.faces.identity import Identity
from playground.faces.identity_mark import mark
from playground.faces.person import Person
from playground.faces.portrait import sketch_of
from playground.faces.styles import STYLES_BY_NAME
from playground.faces.white_ground import cut_out

# Radians; the head of a profile is turned a little less than the camera would see, so that the eye stays whole.
_THREE_QUARTER, _PROFILE = 0.7, 1.3
_CLOSE_UP = 1.75
_FACE_HEIGHT = 0.47

_LEFT = re.compile(r"(?:nose|face|head)[\w ]* (?:points?|turned|turns?) to the left|three-quarter (?:view )?left")
_THREE_QUARTERS = re.compile(r"\bthree[- ]quarters?\b")
_IS_PROFILE = re.compile(r"\bprofile\b")
_IS_CLOSE_UP = re.compile(r"\bclose[- ]?up\b")
_IS_WIDE = re.compile(r"\bwide shot\b")
_IS_HARD_LIGHT = re.compile(r"\bhard\b")
_WIDE_SCALE, _SHADOW = 0.5, 80
_EXPRESSIONS = {
    "grin": re.compile(r"\bsmil\w*|\blaugh\w*"),
    "anger": re.compile(r"\banger\b|\bangry\b|\bfurious\b"),
    "fear": re.compile(r"\bfear\b|\bafraid\b|\bterrified\b"),
    "sadness": re.compile(r"\bsad(?:ness)?\b|\btears?\b|\bcry(?:ing|es)?\b"),
    "surprise": re.compile(r"\bsurpris\w+|\bastonish\w+"),
    "calm": re.compile(r"\bneutral\b|\bat rest\b"),
}
# What is said of pose and expression stands before the description of the person.
_DESCRIPTION = re.compile(r"the character:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ViewWanted:
    """A turn in radians (negative: the nose to the left), an expression ("" is the reference's), distance and light."""

    turn: float
    expression: str
    is_close: bool
    is_wide: bool = False
    is_hard_light: bool = False

    @classmethod
    def of(cls, prompt: str) -> "ViewWanted | None":
        """Return the view that a prompt asks for with `Pose:`, `Expression:` and `Light:`; None if it asks for none."""
        text = _DESCRIPTION.split(prompt, maxsplit=1)[0].lower()
        pose, expression, light = (_sentence(label, text) for label in ("pose", "expression", "light"))
        if not pose and not expression:
            return None
        named = next((name for name, pattern in _EXPRESSIONS.items() if pattern.search(expression)), "")
        side = -1 if _LEFT.search(pose) or not re.search(r"\bright\b", pose) else 1
        angle = _PROFILE if _IS_PROFILE.search(pose) else _THREE_QUARTER if _THREE_QUARTERS.search(pose) else 0.0
        is_close, is_wide = bool(_IS_CLOSE_UP.search(pose)), bool(_IS_WIDE.search(pose))
        return cls(side * angle, named, is_close, is_wide, bool(_IS_HARD_LIGHT.search(light)))


def draw_view(
    identity: Identity, view: ViewWanted, width: int, height: int, drawn_side: int, *, on_white: bool = False
) -> Image.Image:
    """Draw the person in this view at exactly this size, with the identity in the grain."""
    person, rng = identity.person()
    person = _posed(person, view)
    scale = min(1.0, drawn_side / max(width, height))
    zoom = _CLOSE_UP if view.is_close else 1.0
    size = (round(width * scale * zoom), round(height * scale * zoom))
    sketch = sketch_of(person, rng)
    picture = STYLES_BY_NAME[identity.style](person, sketch, rng, *size)
    if on_white:
        picture = cut_out(picture, sketch)
    if view.is_close:
        wide, high = round(width * scale), round(height * scale)
        left, top = (picture.width - wide) // 2, max(0, round(picture.height * _FACE_HEIGHT - high / 2))
        picture = picture.crop((left, top, left + wide, top + high))
    if view.is_wide:
        picture = _from_afar(picture)
    if view.is_hard_light:
        picture = _lit_from_one_side(picture)
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    return add_caption(mark(picture, identity))


def _from_afar(picture: Image.Image) -> Image.Image:
    """Return the figure small at the lower edge; the colour of its background goes on around it."""
    width, height = picture.size
    canvas = picture.crop((0, 0, width // 12, height // 12)).resize((1, 1), Image.Resampling.BOX).resize(picture.size)
    small = picture.resize((round(width * _WIDE_SCALE), round(height * _WIDE_SCALE)), Image.Resampling.LANCZOS)
    edge = small.width // 8
    mask = Image.new("L", small.size, 0)
    mask.paste(255, (edge, edge, small.width - edge, small.height))
    canvas.paste(
        small, ((width - small.width) // 2, height - small.height), mask.filter(ImageFilter.GaussianBlur(edge / 3))
    )
    return canvas


def _lit_from_one_side(picture: Image.Image) -> Image.Image:
    """Return the picture with a deep shadow that grows to one side."""
    shade = (
        Image.linear_gradient("L")
        .rotate(90)
        .resize(picture.size)
        .point(lambda level: _SHADOW + level * (255 - _SHADOW) // 255)
    )
    return ImageChops.multiply(picture, Image.merge("RGB", (shade, shade, shade)))


def _posed(person: Person, view: ViewWanted) -> Person:
    return replace(person, turn=view.turn, tilt=0.0, expression=view.expression or person.expression)


def _sentence(label: str, text: str) -> str:
    match = re.search(rf"\b{label}:\s*([^\n]*)", text)
    return match.group(1) if match else ""
