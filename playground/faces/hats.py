"""Hats."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import closed, ellipse, stroke
from playground.faces.sketch import Colour, Sketch, mixed

_NIGHT: Colour = (14, 10, 26)
_GOLD: Colour = (218, 176, 86)
_DOTS = (
    (-0.9, -0.9),
    (-0.55, -1.25),
    (-0.15, -1.4),
    (0.3, -1.38),
    (0.7, -1.1),
    (0.98, -0.7),
    (-1.04, -0.3),
    (1.06, -0.2),
)


def draw_hat(sketch: Sketch, person: Person) -> None:
    draw = {
        "uniform cap": _uniform_cap,
        "beret": _beret,
        "beanie": _beanie,
        "sou'wester": _souwester,
        "headscarf": _headscarf,
        "brimmed": _brimmed,
        "flat cap": _flat_cap,
    }
    if person.hat:
        sketch.shade(ellipse(0, -0.72, 0.9, 0.16), person.shadow, 0.7, 0.08, "face")
        draw[person.hat](sketch, person)


def _one_of(person: Person, *colours: Colour) -> Colour:
    return colours[int(person.pick * len(colours)) % len(colours)]


def _shaded(sketch: Sketch, person: Person, name: str, colour: Colour, y: float) -> None:
    sketch.shade(ellipse(-person.side * 0.9, y, 0.6, 0.7), mixed(colour, _NIGHT, 0.6), 0.7, 0.14, name)
    sketch.light(
        ellipse(person.side * 0.5, y - 0.2, 0.35, 0.16, person.side * 0.4),
        mixed(colour, (255, 248, 230), 0.5),
        0.55,
        0.09,
        name,
    )


def _uniform_cap(sketch: Sketch, person: Person) -> None:
    colour: Colour = (40, 48, 76) if person.pick < 0.6 else (52, 44, 52)
    top = [
        (-1.02, -1.16),
        (-1.42, -1.62),
        (-1.1, -2.0),
        (0, -2.16),
        (1.1, -2.0),
        (1.42, -1.62),
        (1.02, -1.16),
        (0, -1.28),
    ]
    sketch.mass(closed(top), colour, "hat")
    _shaded(sketch, person, "hat", colour, -1.75)
    band = [(-1.05, -1.22), (0, -1.36), (1.05, -1.22), (1.04, -0.86), (0, -0.98), (-1.04, -0.86)]
    sketch.mass(np.array(band), mixed(colour, (150, 30, 40), 0.5), "band")
    _shaded(sketch, person, "band", colour, -1.0)
    peak = [
        (-0.92, -0.93),
        (0, -1.04),
        (0.92, -0.93),
        (0.86, -0.70),
        (0.45, -0.56),
        (0, -0.52),
        (-0.45, -0.56),
        (-0.86, -0.70),
    ]
    sketch.mass(closed(peak), (22, 20, 26), "peak")
    sketch.light(stroke([(-0.6, -0.72), (0, -0.62), (0.6, -0.72)], 0.05), (200, 206, 224), 0.5, 0.02, "peak")
    sketch.lines([stroke([(-0.96, -0.93), (0, -1.03), (0.96, -0.93)], 0.05, 1, 1)], _GOLD, 1.0)
    badge = [(0, -1.66), (0.17, -1.56), (0.12, -1.34), (0, -1.26), (-0.12, -1.34), (-0.17, -1.56)]
    sketch.detail(closed(badge), _GOLD)
    sketch.detail(ellipse(0, -1.47, 0.06, 0.08), mixed(_GOLD, (120, 40, 30), 0.6))


def _beret(sketch: Sketch, person: Person) -> None:
    colour = _one_of(person, (40, 42, 54), (128, 40, 46), (52, 70, 62))
    lean = person.side * 0.35
    shape = [
        (-1.04, -0.82),
        (-1.30 + lean * 0.4, -1.25),
        (-0.85 + lean, -1.78),
        (0.1 + lean, -1.92),
        (1.05 + lean, -1.66),
        (1.32 + lean * 0.6, -1.2),
        (1.04, -0.82),
        (0.4, -1.0),
        (-0.4, -1.0),
    ]
    sketch.mass(closed(shape), colour, "hat")
    _shaded(sketch, person, "hat", colour, -1.35)
    folds = [
        stroke([(-0.7, -1.02), (-0.2 + lean, -1.3), (0.5 + lean, -1.5)], 0.04),
        stroke([(-0.3, -1.04), (0.3 + lean, -1.2), (0.9 + lean, -1.3)], 0.035),
    ]
    sketch.lines(folds, mixed(colour, _NIGHT, 0.6), 0.8, "hat")
    sketch.lines(
        [stroke([(-1.03, -0.80), (-0.5, -0.96), (0, -1.0), (0.5, -0.96), (1.03, -0.80)], 0.12, 0.9, 0.9)],
        mixed(colour, _NIGHT, 0.5),
        1.0,
    )
    sketch.lines([stroke([(0.1 + lean, -1.90), (0.14 + lean, -2.04)], 0.05, 1, 0.6)], colour, 1.0)


def _beanie(sketch: Sketch, person: Person) -> None:
    colour = _one_of(person, (62, 84, 104), (150, 70, 52), (196, 160, 84))
    sketch.mass(
        closed(
            [
                (-1.08, -0.78),
                (-1.14, -1.25),
                (-0.8, -1.75),
                (0, -1.96),
                (0.8, -1.75),
                (1.14, -1.25),
                (1.08, -0.78),
                (0, -0.9),
            ]
        ),
        colour,
        "hat",
    )
    _shaded(sketch, person, "hat", colour, -1.35)
    ribs = [stroke([(x, -0.9), (x * 0.96, -1.3), (x * 0.45, -1.9)], 0.035) for x in np.linspace(-1.05, 1.05, 17)]
    sketch.lines(ribs, mixed(colour, _NIGHT, 0.45), 0.6, "hat")
    cuff = [(-1.12, -1.06), (0, -1.20), (1.12, -1.06), (1.10, -0.66), (0, -0.78), (-1.10, -0.66)]
    sketch.mass(closed(cuff), mixed(colour, (255, 250, 240), 0.12), "cuff")
    sketch.lines(
        [stroke([(x, -0.70 - 0.1 * (1 - abs(x))), (x, -1.14)], 0.03, 1, 1) for x in np.linspace(-1.05, 1.05, 19)],
        mixed(colour, _NIGHT, 0.45),
        0.6,
        "cuff",
    )


def _souwester(sketch: Sketch, person: Person) -> None:
    colour: Colour = (220, 166, 44)
    sketch.mass(
        closed([(-1.1, -0.9), (-1.05, -1.4), (-0.6, -1.82), (0, -1.92), (0.6, -1.82), (1.05, -1.4), (1.1, -0.9)]),
        colour,
        "hat",
    )
    _shaded(sketch, person, "hat", colour, -1.4)
    sketch.lines([stroke([(0, -1.9), (0.03, -1.4), (0, -0.9)], 0.03)], mixed(colour, _NIGHT, 0.5), 0.7, "hat")
    brim = [
        (-1.5, -0.30),
        (-1.2, -0.98),
        (0, -1.14),
        (1.2, -0.98),
        (1.5, -0.30),
        (1.0, -0.66),
        (0, -0.76),
        (-1.0, -0.66),
    ]
    sketch.mass(closed(brim), mixed(colour, (255, 250, 220), 0.14), "brim")
    _shaded(sketch, person, "brim", colour, -0.7)


def _headscarf(sketch: Sketch, person: Person) -> None:
    colour = _one_of(person, (150, 54, 60), (58, 92, 112), (190, 140, 70))
    outer = [(1.06, 0.5), (1.2, -0.4), (1.0, -1.2), (0.5, -1.62)]
    inner = [(0.94, 0.1), (0.86, -0.5), (0.5, -0.92)]
    left, edge = (
        [(-x, y) for x, y in outer],
        [*[(x, y) for x, y in inner], (0, -1.02), *[(-x, y) for x, y in inner[::-1]]],
    )
    sketch.mass(closed([*left, (0, -1.7), *outer[::-1], *edge]), colour, "hat")
    _shaded(sketch, person, "hat", colour, -1.1)
    dots = [ellipse(x, y, 0.04, 0.04, steps=10) for x, y in _DOTS]
    sketch.specks(dots, mixed(colour, (255, 246, 226), 0.7), 0.9, "hat")
    fold = [(-0.98, -0.4), (-0.75, -0.95), (0, -1.2), (0.75, -0.95), (0.98, -0.4)]
    sketch.lines([stroke(fold, 0.03)], mixed(colour, _NIGHT, 0.5), 0.8, "hat")


def _brimmed(sketch: Sketch, person: Person) -> None:
    colour = _one_of(person, (92, 76, 62), (58, 56, 66), (196, 168, 118))
    sketch.mass(
        closed([(-0.98, -0.98), (-0.92, -1.6), (-0.5, -2.0), (0, -1.9), (0.5, -2.0), (0.92, -1.6), (0.98, -0.98)]),
        colour,
        "hat",
    )
    _shaded(sketch, person, "hat", colour, -1.5)
    sketch.mass(
        np.array([(-0.99, -1.26), (0, -1.36), (0.99, -1.26), (1.0, -1.0), (0, -1.1), (-1.0, -1.0)]),
        mixed(colour, _NIGHT, 0.7),
    )
    brim = [
        (-1.75, -0.98),
        (-0.9, -1.16),
        (0, -1.2),
        (0.9, -1.16),
        (1.75, -0.98),
        (1.1, -0.76),
        (0, -0.70),
        (-1.1, -0.76),
    ]
    sketch.mass(closed(brim), mixed(colour, (255, 248, 230), 0.08), "brim")
    _shaded(sketch, person, "brim", colour, -0.8)


def _flat_cap(sketch: Sketch, person: Person) -> None:
    colour = _one_of(person, (112, 100, 84), (80, 88, 92), (98, 76, 70))
    sketch.mass(
        closed(
            [
                (-1.06, -0.78),
                (-1.26, -1.2),
                (-0.95, -1.62),
                (-0.1, -1.80),
                (0.85, -1.66),
                (1.24, -1.22),
                (1.06, -0.78),
                (0, -0.98),
            ]
        ),
        colour,
        "hat",
    )
    _shaded(sketch, person, "hat", colour, -1.3)
    seams = [stroke([(x, -0.95), (x * 1.05, -1.3), (x * 0.5 - 0.05, -1.76)], 0.022) for x in (-0.6, 0.0, 0.6)]
    sketch.lines(seams, mixed(colour, _NIGHT, 0.5), 0.7, "hat")
    sketch.mass(
        closed([(-0.98, -0.86), (0, -1.12), (0.98, -0.86), (0.8, -0.64), (0, -0.54), (-0.8, -0.64)]),
        mixed(colour, _NIGHT, 0.18),
        "peak",
    )
    _shaded(sketch, person, "peak", colour, -0.7)
