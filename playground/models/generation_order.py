"""A validated call of a practice model."""

from dataclasses import dataclass, field
from typing import Literal

from playground.faces import MAX_DRAWN_SIDE

Operation = Literal["draw", "edit", "upscale"]


@dataclass(frozen=True, slots=True)
class GenerationOrder:
    """A validated call.

    `price_usd` is for all `n` pictures; `seed` is None without one from the caller; an `is_thinking` model may send a
    sketch first; `style_model` is the model whose style is used, by default its own; a portrait with a side over
    `drawn_side` is drawn smaller and enlarged; `signed_by` is the vendor whose Content Credentials are in the picture.
    """

    model: str
    prompt: str
    width: int
    height: int
    n: int
    media_type: str
    price_usd: float
    seed: int | None = None
    references: tuple[bytes, ...] = field(default=(), repr=False)
    operation: Operation = "draw"
    strength: float = 0.2
    returns_url: bool = False
    is_thinking: bool = False
    style_model: str = ""
    drawn_side: int = MAX_DRAWN_SIDE
    signed_by: str = ""

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"
