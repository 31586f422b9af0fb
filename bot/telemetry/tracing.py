"""Traces, off by default: one trace for each round. Without `start`, every function here does nothing.

The trace's id derives from the round's id, so that requests, jobs, replicas and restarts add to the same trace.
opentelemetry is imported only by `start`; the package is optional (requirements/tracing.lock).
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from bot import __version__

if TYPE_CHECKING:
    from bot.telemetry.round_tracing import RoundTracing

_active: "RoundTracing | None" = None


class TracingUnavailable(Exception):
    """The optional packages are not installed; the text says what to do."""


def start(endpoint: str, instance: str) -> Callable[[], None]:
    """Send spans to an OTLP endpoint (HTTP, protobuf) and trace Slack and providers; return what stops it.

    `endpoint` is a base address, to which `/v1/traces` is added; further variables of the OpenTelemetry exporter, such
    as OTEL_EXPORTER_OTLP_HEADERS, are read from the environment. Raises TracingUnavailable.
    """
    global _active
    try:
        from bot.telemetry.round_tracing import open_tracing
    except ImportError as error:
        raise TracingUnavailable(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages for traces are not installed: install "
            "requirements/tracing.lock, or remove the variable."
        ) from error
    _active = open_tracing(endpoint, __version__, instance)
    return _stop


def trace_engines(engines: Iterable[object]) -> None:
    """Trace the statements of SQLAlchemy engines."""
    if _active:
        _active.trace_engines(engines)


def round_started(round_id: str, started_ns: int) -> None:
    """Record the first span of a round, from a time in nanoseconds since 1970 until now."""
    if _active:
        _active.record_root(round_id, started_ns)


def span(name: str, round_id: str, **ids: str) -> AbstractContextManager[object]:
    """Record a span of the round's trace around the block. Values are ids, never names, texts or secrets."""
    return _active.span(name, round_id, ids) if _active else nullcontext()


def begin_request(kind: str) -> None:
    """Begin a request from Slack in this task; its round may not be known yet. Forget the one before."""
    if _active:
        _active.begin_request(kind)


def join_round(round_id: str) -> None:
    """Add what this task does from now on, and its request, to the round's trace."""
    if _active:
        _active.join_round(round_id)


def end_request() -> None:
    """Record the request's span if its round became known."""
    if _active:
        _active.end_request()


def _stop() -> None:
    """Send the remaining spans, for at most three seconds."""
    global _active
    if _active:
        _active.close()
    _active = None
