"""What the practice studio is asked for."""

from dataclasses import dataclass, field
from typing import Literal

Touch = Literal["draw", "edit", "upscale"]


@dataclass(frozen=True, slots=True)
class Order:
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
    touch: Touch = "draw"
    strength: float = 0.2
    by_url: bool = False
    thinks: bool = False
    hand: str = ""

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"
