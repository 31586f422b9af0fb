"""Traits of the person: from the brief, and random where it says nothing."""

from dataclasses import dataclass

from playground.faces.shapes import Rng
from playground.faces.sketch import Colour, mixed
from playground.faces.words import Traits

_SKINS: dict[str, tuple[Colour, ...]] = {
    "pale": ((246, 219, 200), (243, 212, 190), (248, 224, 208)),
    "ruddy": ((236, 188, 164), (232, 180, 154)),
    "light": ((240, 202, 174), (234, 192, 160), (242, 208, 182)),
    "olive": ((214, 168, 128), (204, 156, 114), (220, 176, 138)),
    "brown": ((172, 120, 84), (160, 108, 74), (184, 132, 94)),
    "deep": ((122, 80, 58), (104, 66, 48), (136, 92, 66)),
}
_BY_ORIGIN: dict[str | None, tuple[str, ...]] = {
    "african": ("deep", "deep", "brown"),
    "south asian": ("brown", "brown", "olive"),
    "southeast asian": ("olive", "brown"),
    "east asian": ("light", "light", "olive"),
    "latin": ("olive", "brown", "light"),
    "middle eastern": ("olive", "olive", "light"),
    "southern": ("olive", "light"),
    "northern": ("pale", "light", "ruddy"),
    None: ("light", "light", "pale", "olive", "olive", "brown", "deep"),
}
_HAIR: dict[str, tuple[Colour, ...]] = {
    "white": ((232, 230, 226), (222, 221, 220)),
    "grey": ((156, 156, 158), (138, 140, 144), (172, 170, 168)),
    "red": ((178, 78, 34), (196, 92, 40), (158, 62, 30)),
    "blond": ((214, 176, 108), (196, 156, 92), (226, 196, 138)),
    "green": ((54, 160, 96), (38, 140, 104)),
    "blue": ((52, 104, 190), (40, 128, 176)),
    "pink": ((224, 100, 150), (232, 126, 168)),
    "purple": ((120, 70, 160), (98, 58, 140)),
    "black": ((38, 34, 38), (46, 38, 36)),
    "brown": ((94, 60, 38), (74, 48, 34), (116, 76, 46)),
}
_EYES: dict[str, Colour] = {
    "green eyes": (104, 136, 88),
    "blue eyes": (92, 136, 172),
    "brown eyes": (96, 60, 34),
}
_DARK_HAIRED = frozenset({"african", "east asian", "south asian", "southeast asian", "middle eastern", "latin"})
_CLOTHES = ("knit", "shirt", "coat", "rollneck", "crew")


@dataclass(frozen=True, slots=True)
class Person:
    """Proportions are around 1 or from 0 to 1; `turn` and `tilt` are radians; `side` is where the light comes from."""

    age: int
    woman: bool
    skin: Colour
    hair: Colour
    iris: Colour
    hair_style: str
    origin: str | None
    expression: str
    clothes: str
    hat: str | None
    beard: str | None
    marks: frozenset[str]
    light: frozenset[str]
    side: int
    turn: float
    tilt: float
    jaw: float
    chin: float
    cheek: float
    length: float
    eye_gap: float
    eye_size: float
    eye_slant: float
    brow: float
    brow_arch: float
    nose_wide: float
    nose_long: float
    lips: float
    mouth_wide: float
    ears: float
    pick: float

    @classmethod
    def of(cls, traits: Traits, rng: Rng) -> "Person":
        age = traits.age if traits.age is not None else int(rng.integers(24, 58))
        woman = traits.gender == "woman" if traits.gender else bool(rng.random() < 0.5)
        return cls(
            age=age,
            woman=woman,
            skin=_skin(traits, rng),
            hair=_hair(traits, age, rng),
            iris=_iris(traits, rng),
            hair_style=_hair_style_under_hat(traits.hat, traits.hair_style or _style(traits, age, woman, rng)),
            origin=traits.origin,
            expression=traits.expression or str(rng.choice(["calm", "calm", "calm", "smile", "smile", "stern"])),
            clothes=traits.clothes or str(rng.choice(_CLOTHES)),
            hat=traits.hat,
            beard=_beard(traits, age, woman, rng),
            marks=traits.marks,
            light=traits.light,
            side=-1 if rng.random() < 0.5 else 1,
            turn=float(rng.choice([-1, 1])) * _sample_around(rng, 0.17, 0.09),
            tilt=_sample_around(rng, 0.0, 0.045),
            pick=float(rng.random()),
            **_proportions(traits, age, woman, rng),
        )

    @property
    def shadow(self) -> Colour:
        """Skin in shade: darker, redder, cooler in cold light."""
        red, green, blue = self.skin
        cool = 14 if self.light & {"cold", "night", "dawn"} else 0
        return int(red * 0.62), int(green * 0.50) + cool // 3, min(255, int(blue * 0.50) + cool)

    @property
    def glow(self) -> Colour:
        """Skin where the light falls."""
        light: Colour = (214, 228, 255) if self.light & {"cold", "night"} else (255, 240, 214)
        return mixed(self.skin, light, 0.62)

    @property
    def lip(self) -> Colour:
        red: Colour = (176, 30, 50) if "make-up" in self.marks else (178, 74, 72)
        return mixed(self.skin, red, 0.85 if "make-up" in self.marks else 0.46 if self.woman else 0.34)

    @property
    def ink(self) -> Colour:
        """The darkest line on this skin."""
        return mixed(self.shadow, (34, 18, 20), 0.72)

    @property
    def lines(self) -> float:
        """How lined the face is, from 0 to 1."""
        worn = (
            0.25 * ("weathered" in self.marks) + 0.2 * ("wrinkled" in self.marks) + 0.05 * (self.expression == "tired")
        )
        return min(1.0, max(0.0, (self.age - 32) / 42) + worn)


def _proportions(traits: Traits, age: int, woman: bool, rng: Rng) -> dict[str, float]:
    """Return the proportions that distinguish one skull from another."""
    child = min(1.0, max(0.0, (17 - age) / 12))
    heavy = ("heavy" in traits.marks) - ("gaunt" in traits.marks)
    african = traits.origin == "african"
    middles_and_spreads = {
        "jaw": ((0.70 if woman else 0.82) + heavy * 0.07 - child * 0.06, 0.05),
        "chin": (0.19 if woman else 0.26, 0.035),
        "cheek": (0.97 + heavy * 0.04 + child * 0.03, 0.03),
        "length": (1.0 - child * 0.12 - heavy * 0.03, 0.05),
        "eye_gap": (0.43, 0.025),
        "eye_size": ((1.06 if woman else 0.97) + child * 0.34, 0.07),
        "eye_slant": (0.02, 0.025),
        "brow": (0.85 if woman else 1.2, 0.15),
        "brow_arch": (0.55 if woman else 0.35, 0.2),
        "nose_wide": ((0.93 if woman else 1.06) + 0.16 * african - child * 0.22, 0.1),
        "nose_long": (1.0 - child * 0.24, 0.07),
        "lips": ((1.12 if woman else 0.86) + 0.3 * african - 0.2 * (age > 62), 0.14),
        "mouth_wide": (1.0, 0.08),
        "ears": (1.0 if age < 60 else 1.12, 0.07),
    }
    return {name: _sample_around(rng, *measure) for name, measure in middles_and_spreads.items()}


def _sample_around(rng: Rng, middle: float, spread: float) -> float:
    """Sample a value within two spreads of the middle."""
    return middle + max(-2 * spread, min(2 * spread, float(rng.normal(0, spread))))


def _skin(traits: Traits, rng: Rng) -> Colour:
    kind = traits.skin or str(rng.choice(_BY_ORIGIN[traits.origin]))
    if traits.skin is None and traits.origin is None and traits.hair_colour in ("red", "blond"):
        kind = str(rng.choice(["pale", "ruddy", "light"]))
    shades = _SKINS[kind]
    skin = shades[int(rng.integers(len(shades)))]
    return mixed(skin, (176, 96, 58), 0.16) if "weathered" in traits.marks else skin


def _hair(traits: Traits, age: int, rng: Rng) -> Colour:
    colour = traits.hair_colour
    if colour is None:
        dark = traits.origin in _DARK_HAIRED
        colour = str(rng.choice(["black"] if dark else ["brown", "brown", "black", "blond", "red"]))
        if age > 66:
            colour = "white" if rng.random() < 0.6 else "grey"
        elif age > 52 and rng.random() < 0.7:
            colour = "grey"
    shades = _HAIR[colour]
    hair = shades[int(rng.integers(len(shades)))]
    greying = max(0.0, min(0.4, (age - 40) / 60)) if colour in ("black", "brown", "blond", "red") else 0.0
    return mixed(hair, (170, 168, 166), greying)


def _iris(traits: Traits, rng: Rng) -> Colour:
    named = next((colour for name, colour in _EYES.items() if name in traits.marks), None)
    if named:
        return named
    if traits.origin in _DARK_HAIRED or rng.random() < 0.45:
        return (70, 44, 30)
    return _EYES[str(rng.choice(sorted(_EYES)))]


def _style(traits: Traits, age: int, woman: bool, rng: Rng) -> str:
    if traits.origin == "african":
        return str(rng.choice(["afro", "bun", "curly"] if woman else ["shaved", "shaved", "afro"]))
    if woman:
        return str(
            rng.choice(["bun", "bob", "short", "curly"] if age > 55 else ["long", "bob", "bun", "curly", "ponytail"])
        )
    return str(rng.choice(["receding", "short", "bald"] if age > 55 else ["short", "parted", "curly", "parted"]))


def _hair_style_under_hat(hat: str | None, style: str) -> str:
    """Return what a hat leaves visible of a hair style."""
    if hat == "headscarf":
        return "short"
    return {"bun": "short", "mohawk": "shaved", "afro": "curly"}.get(style, style) if hat else style


def _beard(traits: Traits, age: int, woman: bool, rng: Rng) -> str | None:
    for kind in ("beard", "moustache", "stubble"):
        if kind in traits.marks:
            return kind
    if woman or age < 20 or rng.random() < 0.62:
        return None
    return str(rng.choice(["stubble", "beard", "moustache"] if age > 35 else ["stubble", "stubble", "beard"]))
