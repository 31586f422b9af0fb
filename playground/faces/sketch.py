"""A portrait before painting: a list of marks, which every style paints differently."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from playground.faces.shapes import Points

Colour = tuple[int, int, int]
# mass: local colour with a contour; shade and light: form; detail: small fills; line: drawn; strand: hair; speck: skin.
Role = Literal["mass", "shade", "light", "detail", "line", "strand", "speck"]
Pose = Callable[[Points], Points]


@dataclass(frozen=True, slots=True)
class Mark:
    """Shapes of one colour; `soft` is the blur in units, `clip` the name of the mass it stays inside."""

    shapes: tuple[Points, ...]
    colour: Colour
    role: Role
    alpha: float = 1.0
    soft: float = 0.0
    clip: str | None = None
    name: str | None = None


@dataclass(slots=True)
class Sketch:
    """A collection of marks from back to front; `pose` moves later marks with the head or the body.

    `hides` tells which shapes of later marks are out of sight.
    """

    marks: list[Mark] = field(default_factory=list)
    pose: Pose = lambda points: points
    hides: Callable[[Points], bool] = lambda _points: False

    def mass(self, shape: Points, colour: Colour, name: str | None = None, clip: str | None = None) -> None:
        self._add([shape], colour, "mass", name=name, clip=clip)

    def shade(self, shape: Points, colour: Colour, alpha: float, soft: float, clip: str | None = None) -> None:
        self._add([shape], colour, "shade", alpha, soft, clip)

    def light(self, shape: Points, colour: Colour, alpha: float, soft: float, clip: str | None = None) -> None:
        self._add([shape], colour, "light", alpha, soft, clip)

    def detail(
        self, shape: Points, colour: Colour, alpha: float = 1.0, clip: str | None = None, name: str | None = None
    ) -> None:
        self._add([shape], colour, "detail", alpha, 0.0, clip, name)

    def lines(self, shapes: Sequence[Points], colour: Colour, alpha: float = 1.0, clip: str | None = None) -> None:
        self._add(shapes, colour, "line", alpha, 0.0, clip)

    def strands(self, shapes: Sequence[Points], colour: Colour, alpha: float = 1.0, clip: str | None = None) -> None:
        self._add(shapes, colour, "strand", alpha, 0.0, clip)

    def specks(self, shapes: Sequence[Points], colour: Colour, alpha: float = 1.0, clip: str | None = None) -> None:
        self._add(shapes, colour, "speck", alpha, 0.0, clip)

    def _add(
        self,
        shapes: Sequence[Points],
        colour: Colour,
        role: Role,
        alpha: float = 1.0,
        soft: float = 0.0,
        clip: str | None = None,
        name: str | None = None,
    ) -> None:
        shapes = [shape for shape in shapes if not self.hides(shape)]
        if shapes and alpha > 0.01:
            cuts = np.cumsum([len(shape) for shape in shapes])[:-1]
            posed = tuple(np.split(self.pose(np.concatenate(shapes)), cuts))
            self.marks.append(Mark(posed, colour, role, min(alpha, 1.0), soft, clip, name))


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    """Mix `one` with this fraction of `other`."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
