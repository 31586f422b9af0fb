"""Eyes and brows."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import Points, closed, ellipse, moved, stroke
from playground.faces.sketch import Sketch, mixed

# The last five are asked for by character sheets and stronger than a brief's words.
_OPEN = {"tired": 0.72, "stern": 0.80, "surprised": 1.3, "smile": 0.84}
_OPEN |= {"grin": 0.74, "anger": 0.76, "fear": 1.36, "sadness": 0.78, "surprise": 1.42}
_INNER_BROW = {"stern": 0.07, "tired": -0.05, "surprised": -0.08}
_INNER_BROW |= {"anger": 0.15, "fear": -0.13, "sadness": -0.14, "surprise": -0.07}
_BROW = {"surprised": -0.10, "smile": -0.02, "stern": 0.05}
_BROW |= {"grin": -0.02, "anger": 0.07, "fear": -0.04, "surprise": -0.14}


def draw_eyes(sketch: Sketch, person: Person) -> None:
    for side in (-1, 1):
        wide, high = 0.226 * person.eye_size, 0.112 * person.eye_size * _OPEN.get(person.expression, 1.0)
        slant = person.eye_slant + 0.02 * (person.origin == "east asian")
        upper = [(-wide, 0.025), (-wide * 0.45, -high * 0.82), (wide * 0.1, -high), (wide * 0.62, -high * 0.66)]
        lower = [(wide * 0.5, high * 0.55), (-wide * 0.1, high * 0.68), (-wide * 0.6, high * 0.42), (-wide, 0.025)]
        corner = (wide * 1.04, -slant)
        lid, low = (_placed(points, person, side) for points in ([*upper, corner], [corner, *lower]))
        _draw_ball(sketch, person, side, lid, low, high)
        _draw_lids(sketch, person, lid, low)
        _draw_lashes(sketch, person, side, wide, high, slant)
        _draw_folds(sketch, person, side, wide, high, slant)


def draw_brows(sketch: Sketch, person: Person) -> None:
    """Draw one tapering shape each, with a few hairs; anger lowers the inner ends, weariness the outer."""
    inner, lift = _INNER_BROW.get(person.expression, 0.0), _BROW.get(person.expression, 0.0)
    colour = mixed(person.hair, person.ink, 0.45 if sum(person.hair) < 480 else 0.12)
    arch = 0.05 + 0.09 * person.brow_arch
    path = [(0.15, -0.275 + inner), (0.34, -0.30 - arch * 0.6 + inner * 0.4), (0.52, -0.30 - arch)]
    path.append((0.74, -0.20 - person.eye_slant))
    for side in (-1, 1):
        hairs = [stroke(moved(path, 0, lift) * (side, 1), 0.105 * person.brow, 0.55, 0.05)]
        for part in np.linspace(0.05, 0.6, 6):
            x, y = 0.15 + 0.55 * part, np.interp(part, [0, 0.35, 0.65, 1], [y for _, y in path]) + lift
            hair = [(x, y + 0.03), (x + 0.03, y - 0.02), (x + 0.10, y - 0.035 * person.brow)]
            hairs.append(stroke(np.array(hair) * (side, 1), 0.022))
        sketch.lines(hairs, colour, 0.92)


def _draw_ball(sketch: Sketch, person: Person, side: int, lid: Points, low: Points, high: float) -> None:
    """Draw white, iris, pupil, the lid's shadow and the highlight."""
    name, iris = f"eye{side}", 0.110 * person.eye_size
    x = person.eye_gap * side - 0.025 * np.sign(person.turn)
    sketch.detail(closed(np.vstack([lid, low[1:-1]])), mixed((250, 246, 240), person.shadow, 0.10), name=name)
    sketch.detail(ellipse(x, -high * 0.12, iris, iris), mixed(person.iris, (10, 8, 10), 0.55), clip=name)
    sketch.detail(ellipse(x, -high * 0.08, iris * 0.84, iris * 0.84), person.iris, clip=name)
    gleam = ellipse(x - person.side * 0.02, high * 0.30, iris * 0.5, iris * 0.32)
    sketch.light(gleam, mixed(person.iris, (255, 240, 200), 0.5), 0.6, 0.02, name)
    sketch.detail(ellipse(x, -high * 0.10, iris * 0.44, iris * 0.44), (16, 12, 14), clip=name)
    shadow = np.vstack([moved(lid, 0, -0.03), moved(lid[::-1], 0, high * 0.34)])
    sketch.shade(closed(shadow), (40, 24, 30), 0.55, 0.02, name)
    sketch.detail(ellipse(x + person.side * 0.034, -high * 0.42, 0.023, 0.023), (255, 255, 252), 0.95)


def _draw_lids(sketch: Sketch, person: Person, lid: Points, low: Points) -> None:
    made_up = person.woman or "make-up" in person.marks
    sketch.lines([stroke(lid, 0.052 if made_up else 0.042, 0.35, 0.6)], mixed(person.ink, (12, 8, 10), 0.5), 0.95)
    sketch.lines([stroke(low, 0.018, 0.6, 0.3)], person.ink, 0.5)


def _draw_lashes(sketch: Sketch, person: Person, side: int, wide: float, high: float, slant: float) -> None:
    if person.woman or "make-up" in person.marks:
        corner = [(wide * 0.7, -high * 0.55), (wide * 1.06, -slant - 0.015), (wide * 1.26, -slant - 0.06)]
        lash = stroke(_placed(corner, person, side), 0.034, 0.8, 0.0)
        sketch.lines([lash], mixed(person.ink, (12, 8, 10), 0.5), 0.95)


def _draw_folds(sketch: Sketch, person: Person, side: int, wide: float, high: float, slant: float) -> None:
    """Draw the crease above, and the folds below tired or old eyes."""
    fold = 0.045 if person.origin == "east asian" else 0.062 + 0.01 * person.brow
    crease = [(-wide * 0.86, -0.02), (-wide * 0.4, -high - fold * 0.8), (wide * 0.2, -high - fold)]
    crease += [(wide * 0.8, -high * 0.8 - fold * 0.7), (wide * 1.15, -slant - 0.03)]
    sketch.lines([stroke(_placed(crease, person, side), 0.022)], person.shadow, 0.9, "face")
    if person.expression == "tired" or person.lines > 0.3:
        under = [(-wide * 0.9, 0.08), (-wide * 0.2, high + 0.105), (wide * 0.6, high + 0.07), (wide, 0.06)]
        bag = _placed(under, person, side)
        bruise = mixed(person.shadow, (90, 60, 90), 0.4)
        depth = 0.28 + 0.3 * (person.expression == "tired")
        sketch.shade(closed(np.vstack([bag, moved(bag[::-1], 0, -0.07)])), bruise, depth, 0.03, "face")
        sketch.lines([stroke(bag, 0.02)], person.shadow, 0.45 + 0.4 * person.lines, "face")


def _placed(points: list[tuple[float, float]], person: Person, side: int) -> Points:
    """Place points at the eye of that side; their x grows outwards."""
    return moved(np.array(points) * (side, 1), person.eye_gap * side, 0)
