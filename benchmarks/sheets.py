"""How long checking a portrait and composing a contact sheet take."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from random import Random
from statistics import median
from time import perf_counter
from typing import TypeVar

from PIL import Image

from bot.imaging import contact_sheet, examine

R = TypeVar("R")


def sheets(repeats: int = 3) -> list[tuple[str, str]]:
    """Rows of (what, figure): four portraits of 1K, eight of 4K, JPEG originals of noise and soft shapes."""
    rows = []
    for count, width, height, name in ((4, 896, 1216, "1K"), (8, 3072, 4096, "4K")):
        originals = [_portrait(width, height, seed) for seed in range(count)]
        checks, previews = _timed(partial(_previews, originals), 1)
        composing, _ = _timed(partial(contact_sheet, dict(enumerate(previews, 1)), "3:4"), repeats)
        rows.append((f"checking one {name} original and making its preview", f"{checks / count * 1000:.0f} ms"))
        rows.append((f"contact sheet of {count} from previews of {name} originals", f"{composing * 1000:.0f} ms"))
    return rows


def _previews(originals: list[bytes]) -> list[bytes]:
    return [examine(original, "benchmark").preview for original in originals]


def _timed(work: Callable[[], R], repeats: int) -> tuple[float, R]:
    """The median of the seconds it takes, and what came of it."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        result = work()
        times.append(perf_counter() - start)
    return median(times), result


def _portrait(width: int, height: int, seed: int) -> bytes:
    noise = Image.frombytes("RGB", (96, 128), Random(seed).randbytes(96 * 128 * 3))
    out = BytesIO()
    noise.resize((width, height), Image.Resampling.BICUBIC).save(out, "JPEG", quality=92)
    return out.getvalue()
