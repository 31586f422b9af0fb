"""The loop of all styles: every mark becomes a stencil, is clipped, and is painted by the style's rule."""

from collections.abc import Callable, Mapping

from playground.faces.canvas import Canvas, Stencil
from playground.faces.sketch import Mark, Role, Sketch

PaintMark = Callable[[Mark, Stencil], None]


def paint_marks(canvas: Canvas, sketch: Sketch, paint_mark: PaintMark, softness: Mapping[Role, float]) -> None:
    """`softness` multiplies the blur of a role; marks outside the frame are left out."""
    for mark in sketch.marks:
        stencil = canvas.stencil(mark.shapes, mark.soft * softness.get(mark.role, 1.0))
        if stencil is None:
            continue
        if mark.name:
            canvas.name(mark.name, stencil)
        paint_mark(mark, canvas.clipped(stencil, mark.clip))
