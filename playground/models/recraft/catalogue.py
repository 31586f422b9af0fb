"""Recraft's models, prices and pixel sizes: recraft.ai/docs/api-reference, pricing, models and appendix."""

from dataclasses import dataclass
from math import log

Size = tuple[int, int]

# By ratio: V4 and V4.1, then V2 and V3. The Pro models of V4 double the first.
_SIZES: dict[str, tuple[Size, Size]] = {
    "1:1": ((1024, 1024), (1024, 1024)),
    "2:1": ((1536, 768), (2048, 1024)),
    "1:2": ((768, 1536), (1024, 2048)),
    "3:2": ((1280, 832), (1536, 1024)),
    "2:3": ((832, 1280), (1024, 1536)),
    "4:3": ((1216, 896), (1365, 1024)),
    "3:4": ((896, 1216), (1024, 1365)),
    "5:4": ((1152, 896), (1280, 1024)),
    "4:5": ((896, 1152), (1024, 1280)),
    "6:10": ((832, 1344), (1024, 1707)),
    "14:10": ((1280, 896), (1434, 1024)),
    "10:14": ((896, 1280), (1024, 1434)),
    "16:9": ((1344, 768), (1820, 1024)),
    "9:16": ((768, 1344), (1024, 1820)),
}
_TABLES: dict[str, dict[str, Size]] = {
    "v4": {ratio: v4 for ratio, (v4, _) in _SIZES.items()},
    "v4_pro": {ratio: (v4[0] * 2, v4[1] * 2) for ratio, (v4, _) in _SIZES.items()},
    "v3": {ratio: v3 for ratio, (_, v3) in _SIZES.items()},
}


@dataclass(frozen=True, slots=True)
class RecraftModel:
    """A model; `units` are thousandths of a dollar per picture."""

    id: str
    units: int
    table: str

    @property
    def prompt_limit(self) -> int:
        return 1_000 if self.table == "v3" else 10_000

    def pixels(self, size: str | None) -> Size | None:
        """Return the pixels of a ratio or of a size in the model's table; None for others; a portrait by default."""
        sizes = _TABLES[self.table]
        if size is None:
            return sizes["3:4"]
        return sizes.get(size) or next(
            (pixels for pixels in sizes.values() if size == f"{pixels[0]}x{pixels[1]}"), None
        )

    def nearest_size(self, size: Size) -> Size:
        """Return the model's size whose ratio is nearest to the picture's."""
        ratio = log(size[0] / size[1])
        return min(_TABLES[self.table].values(), key=lambda own: abs(log(own[0] / own[1]) - ratio))


MODELS = {
    model.id: model
    for model in (
        RecraftModel("recraftv4_1", 35, "v4"),
        RecraftModel("recraftv4_1_pro", 210, "v4_pro"),
        RecraftModel("recraftv4_1_flash", 7, "v4"),
        RecraftModel("recraftv4_1_utility", 35, "v4"),
        RecraftModel("recraftv4_1_utility_pro", 210, "v4_pro"),
        RecraftModel("recraftv4", 40, "v4"),
        RecraftModel("recraftv4_pro", 250, "v4_pro"),
        RecraftModel("recraftv3", 40, "v3"),
    )
}
UPSCALE_UNITS = 4
UPSCALER = "crispUpscale"
