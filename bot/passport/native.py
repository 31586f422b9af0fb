"""The native library: its thread, and settings under which it never uses the network."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# One at a time: four signings of 4K pictures together delayed the event loop by 65 ms.
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="c2pa")


async def run_in_thread(func: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run work of the library off the event loop, after what was asked before."""
    return await asyncio.get_running_loop().run_in_executor(_pool, lambda: func(*args, **kwargs))


def library_settings(trust_anchors: str = "") -> dict[str, Any]:
    """Return settings for the library: offline, without thumbnails; `trust_anchors` are certificates as PEM.

    A file may name an address from which its manifest or a revocation answer is to be fetched.
    """
    settings: dict[str, Any] = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
        "builder": {"thumbnail": {"enabled": False}},
    }
    return settings | ({"trust": {"trust_anchors": trust_anchors}} if trust_anchors else {})


def root_of(chain: bytes) -> str:
    """Return the last certificate of a chain, as PEM; empty for an empty chain."""
    marker = "-----BEGIN CERTIFICATE-----"
    return marker + chain.decode().rpartition(marker)[2] if chain else ""
