"""Curves and strokes as arrays of points. A unit is half the width of a face; y grows downwards, the eyes are at 0."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Rng = np.random.Generator
Pairs = Sequence[tuple[float, float]]

_STEPS = 8
_T = np.linspace(0, 1, _STEPS, endpoint=False)[None, :, None]
_POWERS = (_T, _T**2, _T**3)


def closed(pairs: Pairs | Points) -> Points:
    """Return a smooth closed curve through the points (Catmull-Rom)."""
    knots = np.asarray(pairs, dtype=np.float64)
    return _spline(np.roll(knots, 1, 0), knots, np.roll(knots, -1, 0), np.roll(knots, -2, 0))


def curve(pairs: Pairs | Points) -> Points:
    """Return a smooth open curve through the points, including both ends."""
    knots = np.asarray(pairs, dtype=np.float64)
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    return np.vstack([_spline(padded[:-3], padded[1:-2], padded[2:-1], padded[3:]), knots[-1:]])


def ellipse(x: float, y: float, wide: float, high: float, turn: float = 0.0, steps: int = 28) -> Points:
    """Return an ellipse with half axes `wide` and `high`, rotated by radians."""
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    return moved(turned(np.column_stack([np.cos(angle) * wide, np.sin(angle) * high]), turn), x, y)


def stroke(pairs: Pairs | Points, width: float, start: float = 0.0, end: float = 0.0) -> Points:
    """Return a brush stroke along a curve, `width` in its middle, tapering to these fractions at its ends."""
    path = curve(pairs)
    along = np.linspace(0, 1, len(path))
    swell = np.sin(np.pi * along) ** 0.7
    taper = swell + (1 - swell) * (start * (1 - along) + end * along)
    return ribbon(path, width * taper)


def ribbon(path: Points, widths: Points) -> Points:
    """Return the outline of a path that is this wide at each of its points."""
    along = np.vstack([path[1:], path[-1:]]) - np.vstack([path[:1], path[:-1]])
    length = np.hypot(along[:, 0], along[:, 1])
    length[length == 0] = 1
    across = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None] * (widths / 2)[:, None]
    return np.vstack([path + across, (path - across)[::-1]])


def turned(points: Points, radians: float) -> Points:
    cosine, sine = np.cos(radians), np.sin(radians)
    result: Points = points @ np.array([[cosine, sine], [-sine, cosine]])
    return result


def moved(points: Pairs | Points, x: float, y: float) -> Points:
    result: Points = np.asarray(points, dtype=np.float64) + np.array([x, y])
    return result


def mirrored(points: Pairs | Points) -> Points:
    """Return the points mirrored to the other side of the face."""
    return np.asarray(points, dtype=np.float64) * (-1, 1)


def both_sides(right: Pairs) -> list[tuple[float, float]]:
    """Complete a right half, given from top to bottom: down the right side, up the left."""
    left = [(-x, y) for x, y in reversed(right) if abs(x) > 1e-6]
    return [*right, *left]


def _spline(before: Points, here: Points, there: Points, after: Points) -> Points:
    t, t2, t3 = _POWERS
    p0, p1, p2, p3 = (side[:, None, :] for side in (before, here, there, after))
    bent = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t2 + (3 * p1 - p0 - 3 * p2 + p3) * t3
    return (bent / 2).reshape(-1, 2)
