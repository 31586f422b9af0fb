"""Lines that are engraved again after everything else has become tone."""

from PIL import Image

from playground.faces.canvas import Canvas, Stencil
from playground.faces.sketch import Mark


class Burin:
    """Records every line and iris, and drops those covered later."""

    def __init__(self, canvas: Canvas) -> None:
        self.cut = Image.new("L", (canvas.width, canvas.height))
        self.spared = self.cut.copy()

    def follow(self, mark: Mark, stencil: Stencil) -> None:
        if mark.role == "mass":
            self.cut.paste(0, stencil.box, stencil.mask)
            self.spared.paste(0, stencil.box, stencil.mask)
        elif mark.name and mark.name.startswith("eye"):
            self.spared.paste(225, stencil.box, stencil.mask)
        elif mark.role == "line":
            self.cut.paste(round(220 * mark.alpha), stencil.box, stencil.mask)
        elif mark.clip and mark.clip.startswith("eye"):
            self.cut.paste(240 - sum(mark.colour) // 4, stencil.box, stencil.mask)
        elif mark.role == "detail" and min(mark.colour) > 240:
            self.cut.paste(0, stencil.box, stencil.mask)
