"""The mouth."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import Pairs, closed, ellipse, stroke
from playground.faces.sketch import Sketch, mixed

_CORNERS = {"smile": 0.10, "stern": -0.035, "tired": -0.03}
_CORNERS |= {"grin": 0.17, "anger": -0.06, "fear": -0.03, "sadness": -0.085, "surprise": 0.0}
# Half the width, the height below the seam, and how much of it teeth fill.
_OPEN = {"grin": (0.86, 0.11, 1.0), "anger": (0.5, 0.05, 1.0), "fear": (0.55, 0.10, 0.35), "surprise": (0.6, 0.17, 0.0)}
_SMILES = frozenset({"smile", "grin"})
_Y = 0.94


def draw_mouth(sketch: Sketch, person: Person) -> None:
    wide = 0.33 * person.mouth_wide + 0.05 * (person.expression in _SMILES)
    rise = _Y - _CORNERS.get(person.expression, 0.015)
    _draw_lips(sketch, person, wide, rise)
    seam = [(wide + 0.02, rise - 0.01), (wide * 0.5, _Y + 0.008), (0.04, _Y + 0.012)]
    sketch.lines([stroke([*_left(seam), *seam[::-1]], 0.036, 0.5, 0.5)], person.ink, 0.9)
    if person.expression in _OPEN:
        _open_mouth(sketch, person, wide, rise)
    if person.expression in _SMILES:
        dimple = np.array([(wide + 0.06, _Y - 0.17), (wide + 0.11, _Y - 0.08), (wide + 0.07, _Y + 0.03)])
        sketch.lines([stroke(dimple * (side, 1), 0.022) for side in (-1, 1)], person.shadow, 0.8, "face")
    if "cracked lips" in person.marks:
        _draw_cracks(sketch, person)


def _draw_lips(sketch: Sketch, person: Person, wide: float, rise: float) -> None:
    full = person.lips
    bow = [(wide, rise), (0.13, _Y - 0.055 * full), (0.05, _Y - 0.075 * full)]
    seam = [(wide, rise), (0.15, _Y + 0.015)]
    upper = [
        *_left(bow),
        (0.0, _Y - 0.055 * full),
        *bow[::-1],
        (0.15, _Y + 0.015),
        (0.0, _Y + 0.025),
        (-0.15, _Y + 0.015),
    ]
    lower = [*_left(seam), *seam[::-1], (0.19, _Y + 0.10 * full), (0.0, _Y + 0.135 * full), (-0.19, _Y + 0.10 * full)]
    sketch.detail(closed(upper), mixed(person.lip, person.shadow, 0.42), 0.85, "face")
    sketch.detail(closed(lower), person.lip, 0.85, "face", "lip")
    sketch.shade(ellipse(0, _Y + 0.06 + 0.125 * full, 0.2, 0.045), person.shadow, 0.5, 0.03, "face")
    sketch.light(ellipse(person.side * 0.06, _Y + 0.07 * full, 0.09, 0.022), person.glow, 0.55, 0.012, "face")


def _open_mouth(sketch: Sketch, person: Person, wide: float, rise: float) -> None:
    """Draw the dark between parted lips, and the upper teeth in it."""
    across, high, teeth = _OPEN[person.expression]
    half = wide * across
    top = rise + (_Y - rise) * 0.55
    gap = [(-half, top), (-half * 0.5, _Y - 0.005), (0.0, _Y), (half * 0.5, _Y - 0.005), (half, top)]
    gap += [(half * 0.6, _Y + high * 0.75), (0.0, _Y + high), (-half * 0.6, _Y + high * 0.75)]
    sketch.detail(closed(gap), (48, 18, 22), 0.95, "face", "gap")
    if teeth:
        row = [(-half * 0.86, top + 0.01), (0.0, _Y + 0.004), (half * 0.86, top + 0.01)]
        row += [(half * 0.6, _Y + high * 0.4 * teeth), (0.0, _Y + high * 0.55 * teeth), (-half * 0.6, _Y + high * 0.4)]
        sketch.detail(closed(row), (244, 238, 228), 0.95, "gap")


def _draw_cracks(sketch: Sketch, person: Person) -> None:
    """Draw short upright splits and dry white skin."""
    full, low = person.lips, (-0.17, -0.08, 0.01, 0.1, 0.18)
    cracks = [
        stroke([(x, _Y + 0.02), (x + 0.012, _Y + 0.06 * full), (x - 0.004, _Y + 0.11 * full)], 0.018) for x in low
    ]
    cracks += [stroke([(x, _Y - 0.05 * full), (x + 0.008, _Y)], 0.014) for x in (-0.12, -0.03, 0.07)]
    sketch.lines(cracks, mixed(person.ink, (150, 30, 34), 0.5), 0.75, "face")
    flakes = [ellipse(x, _Y + 0.05, 0.022, 0.008) for x in (-0.12, 0.05, 0.14)]
    sketch.specks(flakes, (244, 236, 226), 0.65, "face")


def _left(right: Pairs) -> list[tuple[float, float]]:
    return [(-x, y) for x, y in right]
