"""Large blocks go back to the system when they are freed, and the collector leaves alone what stays for good."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_THRESHOLD_BYTES = 1_000_000  # bytes


def set_malloc_threshold() -> None:
    """Give each block of a megabyte and more pages of its own; where the C library is not glibc, do nothing.

    Left alone, glibc raises this threshold to 32 MB as soon as one such block was freed; from then on decoded pictures,
    in blocks of 16 MB, break up the heaps of all threads, and a round in 4K leaves the process tens of megabytes larger
    (man 3 mallopt; measured in docs/benchmarks.md).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD_BYTES)


@contextmanager
def freeze_startup_objects() -> Iterator[None]:
    """What is made in the block is there until the end, as all that was made before: it is not looked through again.

    Some 180,000 objects are, most of them from imports, and a full collection stopped the loop for a tenth of a second.
    """
    gc.disable()
    try:
        yield
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()
