"""Captures the bot's log events while a case runs, and every error of the libraries."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

# Events of a refused request.
REFUSAL_EVENTS = frozenset(
    {
        "request_rejected",
        "payload_rejected",
        "item_missing",
        "slack_call_failed",
        "envelope_failed",
        "request_failed",
        "workspace_rejected",
    }
)
# A lead who locks without a winner gets an error, but the ballot is closed (bot/usecases/face_lock.py).
_PARTIAL_EFFECT_KINDS = frozenset({"NoWinner"})
# Bolt logs an unknown workspace as an error.
_IGNORED_LOGGERS = ("slack_bolt.AsyncMultiTeamsAuthorization", "slack_bolt.AsyncSingleTeamAuthorization")


@dataclass
class LogCapture:
    """Log events; `clear` forgets those of earlier cases."""

    events: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        return any(
            line["event"] in REFUSAL_EVENTS and line.get("kind") not in _PARTIAL_EFFECT_KINDS for line in self.events
        )

    @property
    def crashes(self) -> list[str]:
        """Unexpected errors, with their traceback if there is one."""
        unexpected = [_describe_cause(line) for line in self.events if line["event"] == "error_unexpected"]
        return [*unexpected, *self.errors]

    def capture_event(self, _: object, level: str, event: Any) -> Any:
        """Record an event; a structlog processor."""
        self.events.append({**event, "level": level, "error": sys.exc_info()[1]})
        raise structlog.DropEvent

    def clear(self) -> None:
        self.events.clear()
        self.errors.clear()


class _ErrorHandler(logging.Handler):
    def __init__(self, log_capture: LogCapture) -> None:
        super().__init__(logging.ERROR)
        self._log_capture = log_capture

    def emit(self, record: logging.LogRecord) -> None:
        if record.name in _IGNORED_LOGGERS:
            return
        self._log_capture.errors.append(f"{record.name}: {record.getMessage():.300}")


@contextmanager
def capture_logs() -> Iterator[LogCapture]:
    """Capture all log events instead of printing them."""
    log_capture, root = LogCapture(), logging.getLogger()
    # Changed in place, since loggers keep a reference to the list.
    processors: list[Any] = structlog.get_config()["processors"]
    before, handlers = processors.copy(), root.handlers
    processors[:], root.handlers = [log_capture.capture_event], [_ErrorHandler(log_capture)]
    try:
        yield log_capture
    finally:
        processors[:], root.handlers = before, handlers


def _describe_cause(event: Any) -> str:
    error = event["error"]
    frame = traceback.extract_tb(error.__traceback__)[-1] if error else None
    return f"unexpected: {error!r:.300} at {frame}"
