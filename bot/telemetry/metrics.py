"""Prometheus metrics; the only importer of prometheus_client.

Metrics contain no person, character, candidate or tally, and do not link a portrait to its model.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST
_ACK_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_LAG_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_PORTRAIT_BUCKETS = (2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)

_registry = CollectorRegistry()
_counter = partial(Counter, registry=_registry)
_gauge = partial(Gauge, registry=_registry)
_histogram = partial(Histogram, registry=_registry)

build = Info("castroom_build", "Version and commit of the running code.", registry=_registry)
ack_seconds = _histogram("castroom_ack_seconds", "Time from a request to its ack.", ["kind"], buckets=_ACK_BUCKETS)
loop_lag_seconds = _histogram("castroom_loop_lag_seconds", "Lag of the event loop.", buckets=_LAG_BUCKETS)
_portrait_seconds = _histogram(
    "castroom_portrait_seconds", "Time from the request to the portrait.", ["model"], buckets=_PORTRAIT_BUCKETS
)
_spent_dollars = _counter("castroom_spent_dollars", "Cost of generated portraits.", ["model", "source"])
slot_failures = _counter("castroom_slot_failures", "Slots without a portrait.", ["kind", "paid"])
redraws = _counter("castroom_redraws", "Redraws of messages.", ["outcome"])
_jobs = _gauge("castroom_jobs", "Running durable jobs.", ["kind"])
_oldest_job_seconds = _gauge("castroom_oldest_job_seconds", "Time since the oldest running job started.", ["kind"])
_job_starts: defaultdict[str, list[float]] = defaultdict(list)
pending_charges = _gauge("castroom_pending_charges", "Charges that wait for a person, of all workspaces.")
budget_used_ratio = _gauge(
    "castroom_budget_used_ratio", "Largest share of a cap that is spent or reserved, by kind of cap.", ["cap"]
)
model_paused = _gauge("castroom_model_paused", "Whether the model is paused after failures: 1 or 0.", ["model"])
rate_limit_waiting = _gauge("castroom_rate_limit_waiting", "Slots and upscales that wait for a rate limit.")
sockets_replaced = _counter("castroom_sockets_replaced", "Silent sockets that were replaced.")
workflows_taken_over = _counter("castroom_workflows_taken_over", "Unfinished workflows of processes that ended.")
door_responses = _counter("castroom_door_responses", "Responses of the doors for agents.", ["door", "status"])
webhook_attempts = _counter("castroom_webhook_attempts", "Attempts to deliver webhooks.", ["type", "outcome"])
_gauges = {
    "data_free": _gauge("castroom_data_free_bytes", "Free space of the disk with DATA_DIR."),
    "drawing": _gauge("castroom_generations_in_progress", "Slots being generated."),
    "redraws_waiting": _gauge("castroom_redraws_waiting", "Messages that wait for a redraw."),
    "socket_age": _gauge("castroom_socket_age_seconds", "Time since the socket was opened."),
    "socket_silence": _gauge("castroom_socket_silence_seconds", "Time since the last message on the socket."),
}


def observe_portrait(model: str, seconds: float, dollars: Decimal, source: str) -> None:
    """Record a generated portrait; `source` is the charge's: exact, listed or unknown."""
    _portrait_seconds.labels(model).observe(seconds)
    _spent_dollars.labels(model, source).inc(float(dollars))


@contextmanager
def track_job(kind: str) -> Iterator[None]:
    """Count a running job inside the block, and measure how long it runs."""
    starts, started = _job_starts[kind], monotonic()
    _oldest_job_seconds.labels(kind).set_function(lambda: monotonic() - min(starts) if starts else 0.0)
    starts.append(started)
    try:
        with _jobs.labels(kind).track_inprogress():
            yield
    finally:
        starts.remove(started)


def register_gauge(name: str, callback: Callable[[], float]) -> None:
    """Register a callback for the named gauge."""
    _gauges[name].set_function(callback)


def render() -> bytes:
    """Return all metrics in the Prometheus text format."""
    return generate_latest(_registry)
