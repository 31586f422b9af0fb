"""Traces of rounds by OpenTelemetry; `tracing` imports this when it is switched on, and nothing else does."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import time_ns
from typing import Any
from urllib.parse import urlsplit

from opentelemetry import context, propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler, SamplingResult
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, TraceFlags

ROUND = "castroom.round"
# What leaves the process. All else that instrumentations collect, such as URLs and statements, is dropped.
ALLOWED_ATTRIBUTES = frozenset(
    {
        ROUND, "castroom.job", "castroom.item", "castroom.step", "castroom.request", "castroom.slack_method",
        "http.method", "http.request.method", "http.status_code", "http.response.status_code", "error.type",
        "net.peer.name", "server.address", "server.port", "db.system", "db.system.name",
    }
)  # fmt: skip
_SLACK_METHOD = re.compile(r"/api/([a-z]+(?:\.[A-Za-z]+)+)$")
_SEND_SECONDS = 2
_STOP_MILLISECONDS = 1_000


@dataclass
class _Request:
    kind: str
    started_ns: int
    round_id: str = ""
    ended_ns: int = 0


_request: ContextVar[_Request | None] = ContextVar("request", default=None)
_next_ids: ContextVar[tuple[int, int] | None] = ContextVar("next_ids", default=None)


class RoundTracing:
    """Makes spans in the traces of rounds; spans outside of a round are not recorded."""

    def __init__(self, exporter: SpanExporter, version: str, instance: str) -> None:
        resource = Resource.create(
            {"service.name": "castroom", "service.version": version, "service.instance.id": instance}
        )
        # A span without a parent is outside of every round, except for the first one of a round.
        self._provider = TracerProvider(
            resource=resource, id_generator=_RoundIds(), sampler=ParentBased(_RootSampler()), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(ScrubbedExporter(exporter)))
        self._tracer = self._provider.get_tracer("castroom", version)

    def trace_clients(self) -> None:
        """Trace requests to providers and to Slack; send no trace header to them."""
        propagate.set_global_textmap(CompositePropagator([]))
        HTTPXClientInstrumentor().instrument(tracer_provider=self._provider)
        AioHttpClientInstrumentor().instrument(tracer_provider=self._provider)

    def trace_engines(self, engines: Iterable[object]) -> None:
        # The dependency check stops below SQLAlchemy 2.1; a test holds that spans arrive.
        SQLAlchemyInstrumentor().instrument(engines=list(engines), tracer_provider=self._provider, skip_dep_check=True)

    def record_root(self, round_id: str, started_ns: int) -> None:
        token = _next_ids.set(_ids_of(round_id))
        try:
            span = self._tracer.start_span(
                "round.start", context.Context(), attributes={ROUND: round_id}, start_time=started_ns
            )
        finally:
            _next_ids.reset(token)
        span.end()

    @contextmanager
    def span(self, name: str, round_id: str, ids: Mapping[str, str]) -> Iterator[None]:
        attributes = {ROUND: round_id} | {f"castroom.{key}": value for key, value in ids.items()}
        with self._tracer.start_as_current_span(name, _context_in(round_id), attributes=attributes):
            yield

    def begin_request(self, kind: str) -> None:
        context.attach(context.Context())
        _request.set(_Request(kind, time_ns()))

    def join_round(self, round_id: str) -> None:
        context.attach(_context_in(round_id))
        request = _request.get()
        if request and not request.round_id:
            request.round_id = round_id
            self._record_if_complete(request)

    def end_request(self) -> None:
        if request := _request.get():
            request.ended_ns = time_ns()
            self._record_if_complete(request)

    def _record_if_complete(self, request: _Request) -> None:
        """Record a request that has ended and whose round is known, which a listener may find out after its ack."""
        if request.round_id and request.ended_ns:
            attributes = {ROUND: request.round_id, "castroom.request": request.kind}
            self._tracer.start_span(
                "slack.request", _root_context(request.round_id), SpanKind.SERVER, attributes,
                start_time=request.started_ns,
            ).end(request.ended_ns)  # fmt: skip

    def close(self) -> None:
        for instrumentor in (HTTPXClientInstrumentor(), AioHttpClientInstrumentor(), SQLAlchemyInstrumentor()):
            if instrumentor.is_instrumented_by_opentelemetry:
                instrumentor.uninstrument()
        self._provider.force_flush(_STOP_MILLISECONDS)
        self._provider.shutdown()


def open_tracing(endpoint: str, version: str, instance: str) -> RoundTracing:
    """Return tracing that sends to the OTLP endpoint."""
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_SEND_SECONDS)
    tracing = RoundTracing(exporter, version, instance)
    tracing.trace_clients()
    return tracing


class ScrubbedExporter(SpanExporter):
    """Passes on spans with allowed attributes only; without events and messages, which can quote briefs or keys."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_scrub(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class _RootSampler(Sampler):
    """Records spans without a parent only where they begin a round."""

    def should_sample(self, *arguments: Any, **keywords: Any) -> SamplingResult:
        sampler = ALWAYS_ON if _next_ids.get() else ALWAYS_OFF
        return sampler.should_sample(*arguments, **keywords)

    def get_description(self) -> str:
        return "RoundStart"


class _RoundIds(RandomIdGenerator):
    """Gives the first span of a round the ids that derive from the round's."""

    def generate_trace_id(self) -> int:
        ids = _next_ids.get()
        return ids[0] if ids else super().generate_trace_id()

    def generate_span_id(self) -> int:
        ids = _next_ids.get()
        return ids[1] if ids else super().generate_span_id()


def _ids_of(round_id: str) -> tuple[int, int]:
    """Return the ids of the round's trace and of its first span."""
    digest = hashlib.sha256(f"castroom round {round_id}".encode()).digest()
    return int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])


def _root_context(round_id: str) -> context.Context:
    trace_id, span_id = _ids_of(round_id)
    root = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return trace.set_span_in_context(NonRecordingSpan(root), context.Context())


def _context_in(round_id: str) -> context.Context:
    """Return the current context if it is in the round's trace, else one whose parent is the round's first span."""
    if trace.get_current_span().get_span_context().trace_id == _ids_of(round_id)[0]:
        return context.get_current()
    return _root_context(round_id)


def _describe_url(url: str) -> dict[str, str]:
    """Return the host, and the method of Slack's Web API. Paths are dropped, since those of uploads contain tokens."""
    parts = urlsplit(url)
    method = _SLACK_METHOD.search(parts.path)
    return {"server.address": parts.hostname or ""} | ({"castroom.slack_method": method[1]} if method else {})


def _scrub(span: ReadableSpan) -> ReadableSpan:
    found = span.attributes or {}
    url = str(found.get("url.full") or found.get("http.url") or "")
    attributes = {key: value for key, value in found.items() if key in ALLOWED_ATTRIBUTES}
    attributes |= _describe_url(url) if url else {}
    is_statement = "db.system" in attributes or "db.system.name" in attributes
    return ReadableSpan(
        # A statement's span is named after the database, which can be a path.
        name=span.name.partition(" ")[0] if is_statement else span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
