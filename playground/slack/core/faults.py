"""Faults on demand for Web API calls, uploads and response_url."""

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from playground.slack.core.errors import SlackError

FaultKind = Literal["error", "ratelimited", "status", "delay", "cut_before", "cut_after", "none"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the next `times` calls of `method` (`*`: any); 0 times means all."""

    method: str
    kind: FaultKind
    error: str = "internal_error"
    status: int = 503
    seconds: float = 0.0
    times: int = 1


class ConnectionCut(Exception):
    """Tells the server to close the connection without a response."""


class StatusError(Exception):
    """A response without JSON; `args[0]` is the HTTP status."""


class Faults:
    """The faults by method, at most one each; a newer one replaces it."""

    def __init__(self) -> None:
        self.active: dict[str, Fault] = {}

    def put(self, fault: Fault) -> None:
        if fault.kind == "none":
            self.active.pop(fault.method, None)
        else:
            self.active[fault.method] = fault

    async def apply_before(self, method: str) -> Fault | None:
        """Apply the fault of this call; return a fault to apply after it."""
        fault = self._consume(method)
        match fault:
            case Fault(kind="error", error=code):
                raise SlackError(code)
            case Fault(kind="ratelimited", seconds=seconds):
                raise SlackError("ratelimited", retry_after=max(1, round(seconds)))
            case Fault(kind="status", status=status):
                raise StatusError(status)
            case Fault(kind="cut_before"):
                raise ConnectionCut
            case Fault(kind="delay", seconds=seconds):
                await asyncio.sleep(seconds)
        return fault

    def apply_after(self, fault: Fault | None) -> None:
        if fault and fault.kind == "cut_after":
            raise ConnectionCut

    def _consume(self, method: str) -> Fault | None:
        fault = self.active.get(method) or self.active.get("*")
        if fault and fault.times == 1:
            del self.active[fault.method]
        elif fault and fault.times > 1:
            self.active[fault.method] = replace(fault, times=fault.times - 1)
        return fault
