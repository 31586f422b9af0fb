"""The loop that all hands share: every mark becomes a stencil, is clipped, and is laid by the hand's own rule."""

from collections.abc import Callable, Mapping

from playground.faces.canvas import Canvas, Stencil
from playground.faces.sketch import Mark, Role, Sketch

Lay = Callable[[Mark, Stencil], None]


def lay_all(canvas: Canvas, sketch: Sketch, lay: Lay, softness: Mapping[Role, float]) -> None:
    """`softness` multiplies the blur of a role; marks outside the frame are left out."""
    for mark in sketch.marks:
        stencil = canvas.stencil(mark.shapes, mark.soft * softness.get(mark.role, 1.0))
        if stencil is None:
            continue
        if mark.name:
            canvas.name(mark.name, stencil)
        lay(mark, canvas.clipped(stencil, mark.clip))
