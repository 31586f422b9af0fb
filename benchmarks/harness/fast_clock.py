"""An event loop that skips every wait, for code that waits for nothing outside the process."""

import asyncio
import selectors
import time

# Seconds for threads to finish before the loop skips a wait.
_THREAD_GRACE = 0.01


class _SkippingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(min(timeout, _THREAD_GRACE))
        if not ready:
            self.skipped += timeout
        return ready


class FastForwardLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is the machine's plus what was skipped."""

    def __init__(self) -> None:
        self._skipping_selector = _SkippingSelector()
        super().__init__(self._skipping_selector)

    def time(self) -> float:
        return time.monotonic() + self._skipping_selector.skipped
