"""`python -m benchmarks.passport.signing FOLDER ROUNDS`: sign and read pictures, and print the figures as JSON."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from PIL import Image

from bot.domain.passport import PassportFacts, PassportKind
from bot.domain.production import AiTraining
from bot.passport import C2paReader, C2paSigner
from bot.passport.keys import create_keys
from bot.passport.native import root_of
from playground.models.content_credentials import embed

_SIZES = ((896, 1216), (2880, 3840))
_NOISE = 12
_TICK = 0.001
_PROMPT = "Photographic casting portrait of one person, head and shoulders. " * 20
_CASTING = {"round": "r0", "ballot": {"kind": "open", "tally": {"1": 3, "2": 1}, "voters": 3}, "sha256": "0" * 64}


def main() -> None:
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    print(json.dumps(asyncio.run(_measure(folder, rounds))))


async def _measure(folder: Path, rounds: int) -> dict[str, Any]:
    key = await asyncio.to_thread(create_keys, folder / "passport", "Harbour Film")
    signer, reader = C2paSigner(key), C2paReader(own_root=root_of(key.chain))
    small = await asyncio.to_thread(_noise, 64, 64)
    before = _megabytes("VmRSS")
    figures: dict[str, Any] = {"before_mb": before}
    async with _lag() as load:
        await reader.read(small, "image/png")
    figures |= {"load_lag_ms": [max(load)], "loaded_mb": _megabytes("VmRSS")}
    pairs = [(width, height, await asyncio.to_thread(_pictures, width, height)) for width, height in _SIZES]
    figures["sizes"] = [await _measure_size(signer, reader, *pair, rounds) for pair in pairs]
    largest = pairs[-1][2] * 2
    for name, work in (
        ("lag_ms", lambda: asyncio.gather(*(signer.sign(_facts(), picture) for picture in largest))),
        ("read_lag_ms", lambda: asyncio.gather(*(reader.read(picture, "image/png") for picture in largest))),
        ("rest_lag_ms", lambda: asyncio.sleep(0.5)),
    ):
        figures[name] = await _worst_lags(rounds, work)
    return figures | {"peak_mb": _megabytes("VmHWM")}


async def _worst_lags(runs: int, work: Callable[[], Awaitable[object]]) -> list[float]:
    """Return the event loop's worst lag in each run, in milliseconds."""
    worst = []
    for _ in range(runs):
        async with _lag() as lags:
            await work()
        worst.append(max(lags))
    return worst


async def _measure_size(
    signer: C2paSigner, reader: C2paReader, width: int, height: int, pictures: tuple[bytes, bytes], rounds: int
) -> dict[str, Any]:
    plain, vendor = pictures
    sidecars = [await signer.sign(_facts(), picture) for picture in pictures]
    found = [await reader.verify(p, "image/png", sidecar) for p, sidecar in zip(pictures, sidecars, strict=True)]
    assert {each.state.value for each in found} == {"signed_here"}, found
    finish = _facts(PassportKind.FINISH)
    return {
        "width": width,
        "height": height,
        "megabytes": len(plain) / 1e6,
        "read_ms": [await _median(rounds, partial(reader.read, picture, "image/png")) for picture in pictures],
        "sign_ms": [await _median(rounds, partial(signer.sign, _facts(), picture)) for picture in pictures],
        "verify_ms": [
            await _median(rounds, partial(reader.verify, picture, "image/png", sidecar))
            for picture, sidecar in zip(pictures, sidecars, strict=True)
        ],
        "finish_ms": await _median(rounds, partial(signer.sign, finish, plain, vendor, "image/png")),
        "sidecar_kb": [len(sidecar) / 1e3 for sidecar in sidecars],
    }


async def _median(rounds: int, work: Callable[[], Awaitable[object]]) -> float:
    """Return the median of the durations in milliseconds."""
    durations = []
    for _ in range(rounds):
        start = perf_counter()
        await work()
        durations.append(1_000 * (perf_counter() - start))
    return median(durations)


@asynccontextmanager
async def _lag() -> AsyncIterator[list[float]]:
    """Collect how much later than asked the event loop came back, in milliseconds."""
    lags = [0.0]

    async def ask() -> None:
        while True:
            start = perf_counter()
            await asyncio.sleep(_TICK)
            lags.append(1_000 * (perf_counter() - start - _TICK))

    task = asyncio.get_running_loop().create_task(ask())
    try:
        yield lags
    finally:
        task.cancel()


def _pictures(width: int, height: int) -> tuple[bytes, bytes]:
    """Return a picture without and one with a vendor's credentials."""
    picture = _noise(width, height)
    return picture, embed(picture, "image/png", "A vendor", "a-model")


def _noise(width: int, height: int) -> bytes:
    channels = [Image.effect_noise((width, height), _NOISE) for _ in range(3)]
    out = BytesIO()
    Image.merge("RGB", channels).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _facts(kind: PassportKind = PassportKind.ORIGINAL) -> PassportFacts:
    return PassportFacts(kind, "key", "image/png", "openai:gpt-image-2", _PROMPT, AiTraining.NOT_ALLOWED, _CASTING)


def _megabytes(field: str) -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(f"{field}:")).split()[1]) / 1024


if __name__ == "__main__":
    main()
