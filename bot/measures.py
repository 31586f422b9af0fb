"""What is counted while the bot runs; the only importer of prometheus_client.

Nothing here names a person, a character or a candidate, and nothing tells a tally or whose portrait is whose.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

FORM = CONTENT_TYPE_LATEST
_ACKS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_LAGS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_PORTRAITS = (2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0)

_registry = CollectorRegistry()
_acks = Histogram("castroom_ack_seconds", "From a request to its ack.", ["kind"], registry=_registry, buckets=_ACKS)
_lag = Histogram("castroom_loop_lag_seconds", "How late the event loop is.", registry=_registry, buckets=_LAGS)
_portraits = Histogram(
    "castroom_portrait_seconds", "From the ask to the portrait.", ["model"], registry=_registry, buckets=_PORTRAITS
)
_dollars = Counter("castroom_spent_dollars", "What landed portraits cost.", ["model", "source"], registry=_registry)
_misses = Counter("castroom_misses", "Slots that gave no portrait.", ["kind", "paid"], registry=_registry)
_redraws = Counter("castroom_redraws", "Messages drawn anew.", ["outcome"], registry=_registry)
_errands = Gauge("castroom_errands", "Durable work begun and not ended.", ["kind"], registry=_registry)
_queue = Gauge("castroom_queue", "Slots and finishes that wait for their account's turn.", registry=_registry)
_sockets = Counter("castroom_sockets_replaced", "Sockets that heard nothing.", registry=_registry)
_now = {
    "drawing": Gauge("castroom_drawing", "Slots being drawn now.", registry=_registry),
    "redraws_waiting": Gauge("castroom_redraws_waiting", "Messages to be drawn anew.", registry=_registry),
    "socket_age": Gauge("castroom_socket_age_seconds", "Since the socket was opened.", registry=_registry),
    "socket_silence": Gauge("castroom_socket_silence_seconds", "Since the socket was heard.", registry=_registry),
}


def acked(kind: str, seconds: float) -> None:
    _acks.labels(kind).observe(seconds)


def lagged(seconds: float) -> None:
    _lag.observe(seconds)


def drawn(model: str, seconds: float, dollars: Decimal, source: str) -> None:
    """A portrait landed; `source` is the charge's: exact, listed or unknown."""
    _portraits.labels(model).observe(seconds)
    _dollars.labels(model, source).inc(float(dollars))


def missed(kind: str, paid: str) -> None:
    _misses.labels(kind, paid).inc()


def redrawn(outcome: str) -> None:
    """A message was drawn anew: `done`, or the reason why not."""
    _redraws.labels(outcome).inc()


def errand(kind: str) -> AbstractContextManager[object]:
    """An errand of this kind is under way for as long as the block runs."""
    return _errands.labels(kind).track_inprogress()


def queueing() -> AbstractContextManager[object]:
    """A slot or finish waits for its account's turn for as long as the block runs."""
    return _queue.track_inprogress()


def socket_replaced() -> None:
    _sockets.inc()


def reads(name: str, value: Callable[[], float]) -> None:
    """Where a figure of now comes from, by its name in the table above."""
    _now[name].set_function(value)


def written() -> bytes:
    """Every figure in Prometheus' text form."""
    return generate_latest(_registry)
