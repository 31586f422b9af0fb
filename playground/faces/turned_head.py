"""A head turned far to one side: three-quarter views and profiles of the same face."""

import numpy as np

from playground.faces.person import Person
from playground.faces.shapes import Points, closed, moved, stroke, turned
from playground.faces.sketch import Pose, Sketch, mixed

# Radians. Up to the first, a head is turned by `head_pose` alone; from the second on, the outline is a profile.
WIDE, _PROFILE = 0.45, 1.0
_EDGE = 1.06
# How far the corner of the mouth in profile is below the seam, and how far the lips are parted.
_CORNERS = {"smile": -0.07, "grin": -0.11, "stern": 0.03, "tired": 0.03, "anger": 0.04, "sadness": 0.06, "fear": 0.02}
_OPEN = {"grin": 0.03, "fear": 0.06, "surprise": 0.12}
COVERS_EARS = frozenset({"long", "bob", "afro"})


def is_wide(person: Person) -> bool:
    return abs(person.turn) > WIDE


def is_profile(person: Person) -> bool:
    return abs(person.turn) > _PROFILE


def turned_pose(person: Person) -> Pose:
    """Turn the face like a ball around its axis; what is in front moves by the sine, the back of the head stays."""
    side, sine, cosine = np.sign(person.turn), np.sin(abs(person.turn)), np.cos(person.turn)

    def pose(points: Points) -> Points:
        x, y = points[:, 0] * side, points[:, 1]
        depth = _depth(x, y)
        across = x * (1 - depth * (1 - cosine)) + depth * sine
        # Hair beside the far temple is behind the forehead.
        limit = np.where(y > -1.0, _EDGE, _EDGE + (-1.0 - y) * 0.5)
        across = np.where(x > 0.3, np.minimum(across, limit), across)
        return _tilted(person, np.column_stack([across * side, y * person.length]))

    return pose


def behind_pose(person: Person) -> Pose:
    """Narrow what hangs behind the head on the far side."""
    side, cosine = np.sign(person.turn), np.cos(person.turn)

    def pose(points: Points) -> Points:
        x = points[:, 0] * side
        across = np.where(x > 0, x * max(cosine, 0.35), x)
        return _tilted(person, np.column_stack([across * side, points[:, 1] * person.length]))

    return pose


def ear_pose(person: Person) -> Pose:
    """Move the near ear towards the middle of the head, without stretching it."""
    side, cosine = np.sign(person.turn), np.cos(person.turn)

    def pose(points: Points) -> Points:
        shifted = moved(points, side * 0.98 * (1 - cosine), 0)
        return _tilted(person, shifted * (1, person.length))

    return pose


def is_hidden(person: Person, points: Points) -> bool:
    """Return whether a mark is on the side of the head that is turned away."""
    x, y = float(points[:, 0].mean()) * np.sign(person.turn), float(points[:, 1].mean())
    depth = float(_depth(np.array([x]), np.array([y]))[0])
    return bool(depth * np.cos(person.turn) - x * np.sin(abs(person.turn)) < -0.02)


def draw_cranium(sketch: Sketch, person: Person) -> None:
    """Draw the back of the head, which a turned face does not cover."""
    side = float(np.sign(person.turn))
    hidden = person.hair_style in ("bald", "receding", "shaved")
    colour = mixed(person.skin, person.shadow, 0.3) if hidden else mixed(person.hair, (20, 12, 20), 0.3)
    back = [
        (0.5, -1.45),
        (-0.2, -1.5),
        (-0.8, -1.25),
        (-1.12, -0.6),
        (-1.02, 0.1),
        (-0.6, 0.62),
        (0.2, 0.9),
        (0.6, 0.2),
    ]
    pose, sketch.pose = sketch.pose, lambda points: _tilted(person, points * (1, person.length))
    sketch.mass(closed(back) * (side, 1), colour, "cranium")
    sketch.pose = pose


def draw_outline(sketch: Sketch, person: Person) -> None:
    """Draw forehead, nose, lips and chin as they stand out from a face in profile, without a pose."""
    side = float(np.sign(person.turn))
    tip, wide = 0.60 * person.nose_long, person.nose_wide
    full = 0.035 * person.lips
    edge = [
        (0.72, -1.25), (0.92, -0.92), (1.01, -0.60), (1.03, -0.30), (0.98, -0.12), (1.10, tip * 0.45),
        (1.30 * wide**0.3, tip - 0.06),
        (1.24 * wide**0.3, tip + 0.05), (1.03, tip + 0.10), (1.02, 0.80), (1.06 + full, 0.87), (1.03, 0.94),
        (1.04 + full, 1.01), (0.98, 1.09), (0.99, 1.24), (0.93, 1.38), (0.70, 1.42), (0.30, 1.22), (-0.08, 0.90),
        (-0.22, 0.40), (-0.20, -0.30), (0.05, -1.0), (0.40, -1.36),
    ]  # fmt: skip
    shape = closed(edge) * (side, person.length)
    sketch.mass(_tilted(person, shape), person.skin, "face")
    under = closed([(1.22, tip + 0.03), (1.02, tip + 0.10), (1.0, tip + 0.02), (1.1, tip - 0.02)])
    sketch.shade(_tilted(person, under * (side, person.length)), person.shadow, 0.6, 0.02, "face")
    jaw = closed([(0.9, 1.36), (0.6, 1.42), (0.3, 1.1), (0.5, 1.2), (0.8, 1.27)])
    sketch.shade(_tilted(person, jaw * (side, person.length)), person.shadow, 0.45, 0.05, "face")
    for y, low, reach in ((0.905, 0.975, full), (0.985, 0.945, full)):
        lip = closed([(1.06 + reach, y), (1.02, low), (0.86, 0.945), (0.95, y - (0.945 - y) * 0.4)])
        sketch.detail(_tilted(person, lip * (side, person.length)), person.lip, 0.8, "face")
    rise = _CORNERS.get(person.expression, 0.0)
    if high := _OPEN.get(person.expression):
        gap = closed([(1.03, 0.93), (0.92, 0.94), (0.80, 0.95 + rise * 0.6), (0.92, 0.96 + high), (1.01, 0.96 + high)])
        sketch.detail(_tilted(person, gap * (side, person.length)), (48, 18, 22), 0.95, "face")
    seam = stroke([(1.03, 0.945), (0.9, 0.95), (0.76, 0.95 + rise)], 0.034, 0.5, 0.4)
    sketch.lines([_tilted(person, seam * (side, person.length))], person.ink, 0.9)
    wing = stroke([(1.0, tip - 0.12), (0.95, tip - 0.02), (1.02, tip + 0.06)], 0.034)
    hole = stroke([(1.06, tip + 0.05), (1.13, tip + 0.03)], 0.045)
    lines = [_tilted(person, line * (side, person.length)) for line in (wing, hole)]
    sketch.lines(lines, mixed(person.ink, person.shadow, 0.3), 0.8)


def _depth(x: Points, y: Points) -> Points:
    """Return how far a point of the face stands out towards the camera, 0 to 1."""
    depth = np.sqrt(np.clip(1 - (x / 1.06) ** 2 - (np.minimum(y, 0.2) / 1.7) ** 2, 0, 1))
    result: Points = depth * np.where(y > 0.9, np.clip(1 - (y - 0.9) * 0.45, 0, 1), 1)
    return result


def _tilted(person: Person, points: Points) -> Points:
    return moved(turned(moved(points, 0, -1.2), person.tilt), 0, 1.2)
