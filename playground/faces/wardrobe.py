"""Clothes from the shoulders up."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import Points, Rng, closed, ellipse, stroke
from playground.faces.sketch import Colour, Sketch, mixed
from playground.faces.tailoring import draw_band, draw_body, draw_collar, draw_jacket

_COLOURS: dict[str, tuple[Colour, ...]] = {
    "oilskin": ((222, 168, 44), (206, 148, 40), (52, 84, 92)),
    "scrubs": ((72, 134, 142), (84, 122, 168), (98, 146, 120)),
    "apron": ((236, 230, 218), (226, 218, 204)),
    "uniform": ((38, 48, 78), (44, 58, 62), (58, 46, 56)),
    "leather": ((36, 34, 40), (58, 38, 36)),
    "suit": ((52, 50, 64), (74, 62, 58), (40, 58, 74)),
    "rollneck": ((52, 66, 74), (112, 60, 52), (196, 178, 148), (36, 36, 42)),
    "scarf": ((88, 78, 92), (70, 86, 84)),
    "coat": ((96, 84, 72), (66, 78, 88), (120, 88, 62)),
    "hoodie": ((108, 112, 122), (92, 66, 86), (70, 96, 90)),
    "shirt": ((206, 214, 222), (184, 200, 206), (222, 206, 190), (140, 158, 180)),
    "dress": ((134, 60, 74), (60, 84, 96), (168, 128, 82)),
    "knit": ((64, 86, 112), (128, 70, 58), (88, 104, 82), (176, 152, 116)),
    "crew": ((92, 100, 110), (150, 96, 72), (62, 70, 66)),
}


_OILSKIN = ((0.62, 1.66), (1.2, 1.98), (1.93, 2.26), (2.35, 2.9), (2.55, 4.8), (0.12, 4.8), (0.3, 3.0))
_OILSKIN_COLLAR = ((0.56, 1.56), (0.84, 1.62), (1.16, 1.96), (0.98, 2.46), (0.62, 2.62), (0.40, 2.34), (0.56, 2.0))


def draw_clothes(sketch: Sketch, person: Person, rng: Rng) -> None:
    shades = _COLOURS[person.clothes]
    colour = shades[int(rng.integers(len(shades)))]
    draw = {
        "oilskin": _oilskin,
        "scrubs": _scrubs,
        "apron": _apron,
        "uniform": _uniform,
        "leather": _leather,
        "suit": _suit,
        "rollneck": _rollneck,
        "knit": _knit,
        "shirt": _shirt,
        "coat": _coat,
        "hoodie": _hoodie,
        "scarf": _scarf,
    }.get(person.clothes, _plain)
    draw(sketch, person, colour)


def _plain(sketch: Sketch, person: Person, colour: Colour) -> None:
    draw_body(sketch, person, colour)
    edge = [(-0.62, 1.80), (-0.34, 2.08), (0, 2.17), (0.34, 2.08), (0.62, 1.80)]
    sketch.lines([stroke(edge, 0.085, 0.9, 0.9)], mixed(colour, (16, 14, 34), 0.35), 0.9)


def _knit(sketch: Sketch, person: Person, colour: Colour) -> None:
    draw_body(sketch, person, colour)
    dark = mixed(colour, (16, 14, 34), 0.4)
    rows = [
        stroke([(x, 2.2 + abs(x) * 0.22), (x + 0.05, 3.0), (x + 0.02, 4.4)], 0.028) for x in np.linspace(-2.0, 2.0, 25)
    ]
    sketch.lines(rows, dark, 0.38, "cloth")
    draw_band(sketch, colour, 2.04, 1.82, 0.62)


def _rollneck(sketch: Sketch, person: Person, colour: Colour) -> None:
    draw_body(sketch, person, colour)
    draw_band(sketch, colour, 2.08, 1.52, 0.60)


def _shirt(sketch: Sketch, person: Person, colour: Colour) -> None:
    draw_body(sketch, person, colour, 0.60, 2.45)
    draw_collar(sketch, colour, 0.56)
    dark = mixed(colour, (30, 30, 50), 0.5)
    sketch.lines([stroke([(0, 2.5), (0.02, 3.2), (0, 4.4)], 0.03, 1, 1)], dark, 0.7, "cloth")
    sketch.detail(ellipse(0.0, 2.9, 0.05, 0.05), mixed(colour, dark, 0.5))


def _suit(sketch: Sketch, person: Person, colour: Colour) -> None:
    sketch.mass(closed([(-0.62, 1.75), (0.62, 1.75), (0.7, 3.2), (0, 4.6), (-0.7, 3.2)]), (232, 230, 224), "front")
    draw_collar(sketch, (222, 222, 218), 0.56)
    tie = np.array([(-0.11, 2.36), (0.11, 2.36), (0.08, 2.52), (0.2, 4.6), (-0.2, 4.6), (-0.08, 2.52)])
    sketch.mass(tie, (134, 44, 48), "tie")
    draw_jacket(sketch, person, colour)


def _coat(sketch: Sketch, person: Person, colour: Colour) -> None:
    inner = mixed(colour, (226, 214, 196), 0.7)
    sketch.mass(closed([(-0.66, 1.72), (0.66, 1.72), (0.7, 3.2), (0, 4.6), (-0.7, 3.2)]), inner, "front")
    draw_band(sketch, inner, 2.06, 1.74, 0.62)
    draw_jacket(sketch, person, colour)


def _uniform(sketch: Sketch, person: Person, colour: Colour) -> None:
    sketch.mass(closed([(-0.62, 1.72), (0.62, 1.72), (0.7, 3.2), (0, 4.6), (-0.7, 3.2)]), (230, 230, 228), "front")
    draw_collar(sketch, (226, 228, 230), 0.54)
    sketch.mass(np.array([(-0.12, 2.34), (0.12, 2.34), (0.14, 4.6), (-0.14, 4.6)]), (26, 26, 34))
    draw_jacket(sketch, person, colour)
    gold: Colour = (214, 172, 82)
    for side in (-1, 1):
        sketch.mass(
            np.array([(1.18, 2.03), (1.98, 2.40), (1.92, 2.58), (1.12, 2.22)]) * (side, 1), mixed(colour, gold, 0.25)
        )
        sketch.lines([stroke(np.array([(1.2, 2.12), (1.95, 2.48)]) * (side, 1), 0.04, 1, 1)], gold, 0.9)
    for y in (3.0, 3.5):
        sketch.detail(ellipse(0.62, y, 0.075, 0.075), gold)
    sketch.detail(closed([(-1.1, 2.75), (-0.9, 2.68), (-0.7, 2.75), (-0.78, 3.0), (-0.9, 3.06), (-1.02, 3.0)]), gold)


def _oilskin(sketch: Sketch, person: Person, colour: Colour) -> None:
    """An oilskin over a blue jersey, with a broad collar and a wet shine."""
    jersey: Colour = (58, 72, 96)
    sketch.mass(closed([(-0.7, 1.7), (0.7, 1.7), (0.8, 3.2), (0, 4.6), (-0.8, 3.2)]), jersey, "front")
    draw_band(sketch, jersey, 2.16, 1.60, 0.62)
    dark, lit = mixed(colour, (60, 30, 20), 0.5), mixed(colour, (255, 252, 224), 0.6)
    for side in (-1, 1):
        name = f"oil{side}"
        sketch.mass(closed(np.array(_OILSKIN) * (side, 1)), colour, name)
        sketch.shade(ellipse(side * 1.0, 2.9, 0.28, 1.0, side * 0.3), dark, 0.5, 0.08, name)
        if side == person.side:
            shine = np.array([(1.25, 2.1), (1.8, 2.36), (2.15, 2.9)]) * (side, 1)
            sketch.light(stroke(shine, 0.14), lit, 0.8, 0.04, name)
        else:
            sketch.shade(ellipse(side * 2.0, 3.0, 0.7, 1.2), dark, 0.6, 0.12, name)
        sketch.mass(closed(np.array(_OILSKIN_COLLAR) * (side, 1)), mixed(colour, (255, 250, 230), 0.16), f"flap{side}")
        sketch.shade(ellipse(side * 0.55, 2.5, 0.3, 0.2), dark, 0.45, 0.06, f"flap{side}")
    for y in (3.0, 3.6):
        sketch.detail(ellipse(0.0, y, 0.08, 0.08), (58, 44, 36))


def _scrubs(sketch: Sketch, person: Person, colour: Colour) -> None:
    draw_body(sketch, person, colour, 0.66, 2.62)
    dark = mixed(colour, (10, 24, 44), 0.45)
    vee = [stroke(np.array([(0.70, 1.80), (0.36, 2.3), (0.0, 2.74)]) * (side, 1), 0.12, 1, 1) for side in (-1, 1)]
    sketch.lines(vee, mixed(colour, dark, 0.45), 1.0)
    badge = np.array([(0.75, 2.95), (1.25, 2.95), (1.25, 3.3), (0.75, 3.3)])
    sketch.mass(badge, (238, 238, 234), "badge")
    sketch.lines([stroke([(0.84, y), (1.16, y)], 0.03, 1, 1) for y in (3.08, 3.18)], dark, 0.7, "badge")


def _apron(sketch: Sketch, person: Person, colour: Colour) -> None:
    draw_body(sketch, person, (150, 170, 186) if person.pick < 0.5 else (186, 128, 104), 0.62, 2.2)
    edge = [(-0.62, 1.80), (-0.34, 2.12), (0, 2.24), (0.34, 2.12), (0.62, 1.80)]
    sketch.lines([stroke(edge, 0.075, 0.9, 0.9)], (96, 92, 96), 0.8)
    bib = np.array([(-0.95, 2.72), (0, 2.80), (0.95, 2.72), (1.15, 4.8), (-1.15, 4.8)])
    straps = [np.array([(0.72, 1.86), (0.92, 1.92), (0.98, 2.8), (0.76, 2.8)]) * (side, 1) for side in (-1, 1)]
    for strap in straps:
        sketch.mass(strap, colour)
    sketch.mass(bib, colour, "bib")
    sketch.shade(ellipse(-person.side * 0.9, 3.3, 0.5, 1.2), (120, 104, 100), 0.4, 0.15, "bib")
    sketch.lines([stroke([(-0.9, 2.80), (0, 2.88), (0.9, 2.80)], 0.024, 1, 1)], (150, 136, 124), 0.9, "bib")


def _leather(sketch: Sketch, person: Person, colour: Colour) -> None:
    sketch.mass(closed([(-0.7, 1.76), (0.7, 1.76), (0.8, 3.2), (0, 4.6), (-0.8, 3.2)]), (206, 202, 196), "front")
    sketch.lines([stroke([(-0.6, 1.84), (0, 2.18), (0.6, 1.84)], 0.07, 1, 1)], (130, 126, 124), 0.9)
    draw_jacket(sketch, person, colour)
    steel: Colour = (196, 198, 206)
    for side in (-1, 1):
        zipper = np.array([(0.40, 2.9), (0.24, 3.6), (0.12, 4.6)]) * (side, 1)
        sketch.lines([stroke(zipper, 0.045, 1, 1)], steel, 0.9)
        shine = stroke(np.array([(1.25, 2.14), (1.75, 2.36), (2.1, 2.8)]) * (side, 1), 0.08)
        sketch.light(shine, (190, 196, 214), 0.75 if side == person.side else 0.35, 0.03, f"jacket{side}")
        for x, y in ((0.72, 2.30), (0.82, 2.48)):
            sketch.detail(ellipse(side * x, y, 0.032, 0.032), steel)


def _hoodie(sketch: Sketch, person: Person, colour: Colour) -> None:
    hood = closed(
        [(-0.5, 1.5), (0.5, 1.5), (1.15, 1.75), (1.05, 2.3), (0.4, 2.5), (-0.4, 2.5), (-1.05, 2.3), (-1.15, 1.75)]
    )
    draw_body(sketch, person, colour, 0.7, 2.3)
    rim = [
        (-0.66, 1.62),
        (-0.98, 1.84),
        (-0.84, 2.2),
        (-0.3, 2.5),
        (0, 2.56),
        (0.3, 2.5),
        (0.84, 2.2),
        (0.98, 1.84),
        (0.66, 1.62),
    ]
    sketch.lines([stroke(rim, 0.26, 0.8, 0.8)], mixed(colour, (255, 255, 255), 0.1), 1.0)
    sketch.shade(hood, mixed(colour, (14, 12, 30), 0.5), 0.2, 0.2, "cloth")
    cords = [stroke([(x, 2.5), (x * 1.1, 2.9), (x, 3.3)], 0.05, 1, 1) for x in (-0.3, 0.3)]
    sketch.lines(cords, (232, 228, 220), 0.95)


def _scarf(sketch: Sketch, person: Person, colour: Colour) -> None:
    draw_body(sketch, person, colour)
    wool = [(176, 70, 58), (62, 104, 116), (206, 168, 92)][int(person.pick * 3) % 3]
    loops: list[Points] = [
        closed(
            [(-0.78, 1.52), (0, 1.80), (0.78, 1.52), (0.96, 1.9), (0.5, 2.25), (0, 2.32), (-0.5, 2.25), (-0.96, 1.9)]
        ),
        closed([(0.1, 2.1), (0.55, 2.0), (0.75, 2.8), (0.9, 3.9), (0.35, 3.95), (0.25, 2.9)]),
    ]
    dark = mixed(wool, (20, 10, 20), 0.45)
    for number, loop in enumerate(loops):
        sketch.mass(loop, wool, f"scarf{number}")
    folds = [stroke([(-0.8, y), (0, y + 0.28), (0.8, y)], 0.035) for y in (1.66, 1.8, 1.94)]
    sketch.lines(folds, dark, 0.7, "scarf0")
