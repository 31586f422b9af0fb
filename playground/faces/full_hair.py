"""Hair that covers the skull from the hairline: parted, swept back, fringed or curled."""

import numpy as np

from playground.faces.curls import draw_curls
from playground.faces.person import Person
from playground.faces.shapes import Points, Rng, closed, curve, ellipse, moved, stroke
from playground.faces.sketch import Sketch, mixed

# Distance from the skull, and length beside the face.
_VOLUME = {"short": 0.10, "parted": 0.16, "long": 0.16, "bob": 0.20, "bun": 0.07, "plait": 0.09, "ponytail": 0.07}
_DOWN = {"long": 0.55, "bob": 0.62, "short": 0.10, "parted": 0.08}
_OFF_THE_FACE = frozenset({"bun", "plait", "ponytail", "afro", "curly"})
_MAY_HAVE_FRINGE = frozenset({"bob", "long", "short"})

_FRINGED = [(0.91, -0.2), (0.84, -0.52), (0.5, -0.52), (0.16, -0.46), (-0.2, -0.50), (-0.55, -0.47), (-0.84, -0.52)]
_PARTED = [(0.90, -0.25), (0.83, -0.55), (0.62, -0.86), (0.34, -1.10), (0.02, -0.96), (-0.42, -0.74), (-0.76, -0.50)]
_LOOSE = ((0.9, -0.3, 1), (-0.92, -0.25, -1), (0.2, -1.0, 1))


def draw_full_hair(sketch: Sketch, person: Person, rng: Rng, outer: Points | None = None, curls: int = 0) -> None:
    """Draw the hair; `outer` is the outline over the skull if it is not smooth."""
    down = _DOWN.get(person.hair_style, -0.06)
    outer = _skull(_VOLUME.get(person.hair_style, 0.14), down) if outer is None else outer
    line, part = _hairline(person, down)
    sketch.mass(np.vstack([outer, line]), person.hair, "hair")
    dark, bright = mixed(person.hair, (24, 12, 22), 0.5), mixed(person.hair, (255, 240, 214), 0.42)
    root = np.vstack([moved(line[::5], 0, -0.10), moved(line[::-5], 0, 0.05)])
    sketch.shade(closed(root), dark, 0.45, 0.06, "hair")
    sketch.shade(ellipse(-person.side * 1.05, -0.5, 0.42, 1.1), dark, 0.55, 0.12, "hair")
    if curls:
        draw_curls(sketch, person.hair, rng, curls, (-1.4, 1.4, -1.9, 0.2), "hair", 1.0)
        return
    shine = ellipse(person.side * 0.46, -1.22, 0.36, 0.13, person.side * 0.45)
    sketch.light(shine, bright, 0.55, 0.08, "hair")
    locks = _locks(part, outer, line, rng)
    sketch.strands(locks[::2], dark, 0.62, "hair")
    sketch.strands(locks[1::2], bright, 0.55, "hair")
    loose = [stroke([(x, y), (x + side * 0.10, y + 0.16), (x + side * 0.06, y + 0.34)], 0.014) for x, y, side in _LOOSE]
    sketch.strands(loose, person.hair, 0.8)


def _skull(volume: float, down: float) -> Points:
    right = [(0.48, -1.44 - volume), (0.86 + volume, -1.12), (1.04 + volume, -0.5)]
    right += [(1.0 + volume * 0.8, down - 0.2), (0.97, down)]
    return curve([*[(-x, y) for x, y in right[::-1]], (0.0, -1.50 - volume), *right])


def _hairline(person: Person, down: float) -> tuple[Points, tuple[float, float]]:
    """Return the line from the right temple over the forehead to the left, and the point of the parting."""
    side = 1 if person.pick < 0.5 else -1
    high = -0.94 - (0.06 if not person.woman and person.age > 45 else 0.0)
    if person.hair_style in _OFF_THE_FACE:
        right = [(0.93, down), (0.90, -0.30), (0.78, -0.66), (0.48, high)]
        return curve([*right, (0.0, high - 0.05), *[(-x, y) for x, y in right[::-1]]]), (0.06 * side, -1.52)
    if person.pick * 7 % 1 < 0.34 and person.hair_style in _MAY_HAVE_FRINGE:
        return curve([(0.93, down), *_FRINGED, (-0.91, -0.2), (-0.93, down)]), (0.12 * side, -1.50)
    line = curve([(0.93, down), *_PARTED, (-0.90, -0.22), (-0.93, down)])
    return (line if side > 0 else (line * (-1, 1))[::-1]), (0.36 * side, -1.30)


def _locks(part: tuple[float, float], outer: Points, line: Points, rng: Rng) -> list[Points]:
    """Return strokes from the parting towards the hairline and the ends."""
    locks, flipped, start = [], line[::-1], np.array(part)
    for t in np.linspace(0.01, 0.99, 54):
        inside, outside = flipped[int(t * (len(line) - 1))], outer[int(t * (len(outer) - 1))]
        end = inside + (outside - inside) * rng.uniform(0.0, 0.95)
        middle = (start + end) / 2 + (outside - inside) * 0.22 + rng.normal(0, 0.02, 2)
        root = start + (end - start) * rng.uniform(0.04, 0.25)
        locks.append(stroke(np.array([root, middle, end]), rng.uniform(0.016, 0.042)))
    return locks
