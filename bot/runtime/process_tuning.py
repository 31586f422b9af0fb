"""Process tuning: returns large buffers to the OS, and excludes start-up objects from garbage collection."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_THRESHOLD_BYTES = 1_000_000


def set_malloc_threshold() -> None:
    """Allocate blocks of a megabyte and more in their own pages; does nothing without glibc.

    By default, glibc raises this threshold to 32 MB once such a block is freed. Decoded pictures, in blocks of 16 MB,
    then fragment the heaps of all threads, and a 4K round leaves the process tens of megabytes larger (man 3 mallopt;
    measured in docs/benchmarks.md).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_MMAP_THRESHOLD, _THRESHOLD_BYTES)


@contextmanager
def freeze_startup_objects() -> Iterator[None]:
    """Exclude all objects that exist at the end of the block from garbage collection.

    There are about 180,000, mostly from imports; a full collection stopped the loop for a tenth of a second.
    """
    gc.disable()
    try:
        yield
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()
