"""What the practice studio is asked for."""

from dataclasses import dataclass, field
from typing import Literal

Operation = Literal["draw", "edit", "upscale"]


@dataclass(frozen=True, slots=True)
class GenerationOrder:
    """A call that passed validation; `price_usd` is for all `n` pictures, `seed` None where the caller gave
    none; a model that `thinks` may show a sketch first; `hand` is the model that it draws like, itself unless told."""

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

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"
