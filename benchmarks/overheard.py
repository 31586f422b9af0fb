"""What the bot logs while a case runs: the events by name, and every error of the libraries beneath it."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

# What was answered with a word and did nothing.
REFUSED = frozenset(
    {"declined", "bad_payload", "gone", "slack_refused", "bad_envelope", "bad_request", "unknown_workspace"}
)
# A lead who locks where nobody wins has closed the ballot all the same, and is told so (bot/locking.py).
_HALF_DONE = frozenset({"NoWinner"})
# How Bolt tells that a workspace is not ours, as an error.
_STRANGERS = ("slack_bolt.AsyncMultiTeamsAuthorization", "slack_bolt.AsyncSingleTeamAuthorization")


@dataclass
class Overheard:
    """`clear` forgets what was heard before the next case."""

    lines: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        return any(line["event"] in REFUSED and line.get("kind") not in _HALF_DONE for line in self.lines)

    @property
    def crashes(self) -> list[str]:
        """Errors that nobody expected: what stands behind them, where it is told."""
        unexpected = [_cause(line) for line in self.lines if line["event"] == "unexpected"]
        return [*unexpected, *self.errors]

    def take(self, _: object, level: str, line: Any) -> Any:
        """A processor of structlog's."""
        self.lines.append({**line, "level": level, "error": sys.exc_info()[1]})
        raise structlog.DropEvent

    def clear(self) -> None:
        self.lines.clear()
        self.errors.clear()


class _Ears(logging.Handler):
    def __init__(self, heard: Overheard) -> None:
        super().__init__(logging.ERROR)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        if record.name in _STRANGERS:
            return
        self._heard.errors.append(f"{record.name}: {record.getMessage():.300}")


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Nothing of it is printed meanwhile."""
    heard, root = Overheard(), logging.getLogger()
    # In place, since loggers keep the list they were made with.
    processors: list[Any] = structlog.get_config()["processors"]
    before, handlers = processors.copy(), root.handlers
    processors[:], root.handlers = [heard.take], [_Ears(heard)]
    try:
        yield heard
    finally:
        processors[:], root.handlers = before, handlers


def _cause(line: Any) -> str:
    error = line["error"]
    at = traceback.extract_tb(error.__traceback__)[-1] if error else None
    return f"unexpected: {error!r:.300} at {at}"
