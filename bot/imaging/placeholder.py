"""What stands for a portrait that cannot be shown."""

from functools import cache
from io import BytesIO

from PIL import Image

_SIZE, _GREY = (768, 1024), (128, 128, 128)


def is_readable_jpeg(data: bytes) -> bool:
    """Return whether a preview can be decoded; run it in a thread."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as image:
            image.load()
    except Exception:  # noqa: BLE001 - Pillow raises unrelated exceptions for broken bytes
        return False
    return True


@cache
def grey_preview() -> bytes:
    """Return a plain grey preview; its number on the sheet keeps its meaning."""
    out = BytesIO()
    Image.new("RGB", _SIZE, _GREY).save(out, "JPEG")
    return out.getvalue()
