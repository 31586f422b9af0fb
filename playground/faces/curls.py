"""Curly hair: outlines with bumps, and the rings inside them."""

import numpy as np

from playground.faces.shapes import Points, Rng, ribbon
from playground.faces.sketch import Colour, Sketch, mixed

Area = tuple[float, float, float, float]  # from x to x, from y to y


def draw_curls(sketch: Sketch, colour: Colour, rng: Rng, count: int, area: Area, clip: str, strength: float) -> None:
    rings: tuple[list[Points], list[Points]] = ([], [])
    for step in range(count):
        x, y, size = rng.uniform(*area[:2]), rng.uniform(*area[2:]), rng.uniform(0.06, 0.13)
        angle = rng.uniform(0, 6.28) + np.linspace(0, 4.2, 10)
        path = np.column_stack([x + np.cos(angle) * size, y + np.sin(angle) * size * 0.9])
        rings[step % 2].append(ribbon(path, np.full(10, 0.026)))
    sketch.strands(rings[0], mixed(colour, (16, 8, 16), 0.5), 0.7 * strength, clip)
    sketch.strands(rings[1], mixed(colour, (255, 236, 206), 0.30), 0.6 * strength, clip)


def bumpy(x: float, y: float, wide: float, high: float, bumps: int, depth: float, rng: Rng) -> Points:
    """Return a cloud: an ellipse whose edge swells `bumps` times."""
    angle = np.linspace(0, 2 * np.pi, bumps * 8, endpoint=False)
    swell = 1 + depth * np.abs(np.sin(angle * bumps / 2 + rng.uniform(0, 3)))
    swell += 0.02 * np.sin(angle * 3 + rng.uniform(0, 6))
    return np.column_stack([x + np.cos(angle) * wide * swell, y + np.sin(angle) * high * swell])


def bumpy_cap(wide: float, top: float, bumps: int, depth: float, rng: Rng) -> Points:
    """Return the upper half of a cloud, from the left temple over `top` to the right."""
    angle = np.linspace(np.pi * 0.98, np.pi * 2.02, bumps * 8)
    swell = 1 + depth * np.abs(np.sin(angle * bumps + rng.uniform(0, 3)))
    return np.column_stack([np.cos(angle) * wide * swell, -0.2 + np.sin(angle) * (-top - 0.2) * swell])
