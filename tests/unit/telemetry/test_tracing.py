"""Tracing: off by default, one trace a round across processes, nothing but ids in a span."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bot.telemetry import tracing
from bot.telemetry.round_tracing import ALLOWED_ATTRIBUTES, RoundTracing

ROOT = Path(__file__).resolve().parents[3]


class Process:
    """The tracing of one process, and the spans that it sent."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracing = RoundTracing(self._exporter, "0.1.0", "one")

    def spans(self) -> dict[str, ReadableSpan]:
        self.tracing._provider.force_flush()
        return {span.name: span for span in self._exporter.get_finished_spans()}


@pytest.fixture
def process() -> Iterator[Process]:
    opened = Process()
    yield opened
    opened.tracing.close()


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_opentelemetry_is_not_imported_unless_it_is_switched_on() -> None:
    code = "import sys, bot.app, bot.cli.doctor; print(any(n.startswith('opentelemetry.sdk') for n in sys.modules))"
    assert run_python(code) == "False"


def test_missing_packages_are_reported_with_what_to_do() -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from bot.telemetry import tracing\n"
        "try: tracing.start('http://127.0.0.1:1', 'one')\n"
        "except tracing.TracingUnavailable as error: print(error)"
    )
    assert "install requirements/tracing.lock" in run_python(code)


def test_without_a_start_nothing_happens() -> None:
    tracing.begin_request("command")
    tracing.join_round("r1")
    with tracing.span("job.round", "r1", item="r1"):
        tracing.round_started("r1", 0)
    tracing.end_request()


def test_a_job_of_another_process_is_below_the_start_of_its_round(process: Process) -> None:
    other = Process()
    process.tracing.record_root("r1", 1)
    with other.tracing.span("job.round", "r1", {"item": "r1"}):
        pass
    root, job = process.spans()["round.start"], other.spans()["job.round"]
    other.tracing.close()
    assert root.parent is None
    assert job.parent is not None
    assert (job.context.trace_id, job.parent.span_id) == (root.context.trace_id, root.context.span_id)


def test_rounds_have_different_traces(process: Process) -> None:
    with process.tracing.span("job.round", "r1", {}), process.tracing.span("job.slot", "r2", {}):
        pass
    spans = process.spans()
    assert spans["job.round"].context.trace_id != spans["job.slot"].context.trace_id


def test_a_span_within_a_span_of_its_round_is_its_child(process: Process) -> None:
    with process.tracing.span("job.round", "r1", {}), process.tracing.span("step.post", "r1", {}):
        pass
    spans = process.spans()
    assert spans["step.post"].parent is not None
    assert spans["step.post"].parent.span_id == spans["job.round"].context.span_id


def test_work_outside_of_rounds_is_not_recorded(process: Process) -> None:
    with process.tracing._tracer.start_as_current_span("SELECT"):
        pass
    assert process.spans() == {}


@pytest.mark.parametrize("round_is_known", ["before the ack", "after the ack"])
def test_a_request_is_recorded_once_its_round_is_known(process: Process, round_is_known: str) -> None:
    process.tracing.begin_request("command")
    if round_is_known == "before the ack":
        process.tracing.join_round("r1")
    process.tracing.end_request()
    process.tracing.join_round("r1")
    process.tracing.begin_request("event")
    assert process.spans()["slack.request"].attributes == {"castroom.round": "r1", "castroom.request": "command"}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://slack.com/api/chat.update", {"server.address": "slack.com", "castroom.slack_method": "chat.update"}),
        ("https://files.slack.com/upload/v1/TOKEN", {"server.address": "files.slack.com"}),
        ("https://api.openai.com/v1/images/generations?key=k", {"server.address": "api.openai.com"}),
    ],
)
def test_of_an_address_only_host_and_slack_method_are_kept(process: Process, url: str, kept: dict[str, str]) -> None:
    with (
        process.tracing.span("job.round", "r1", {}),
        process.tracing._tracer.start_as_current_span("POST", attributes={"http.url": url}),
    ):
        pass
    assert process.spans()["POST"].attributes == kept


def test_a_span_holds_allowed_attributes_and_no_message_of_an_error(process: Process) -> None:
    with pytest.raises(ValueError, match="fisherwoman"), process.tracing.span("step.post", "r1", {"item": "r1"}):
        raise ValueError("the brief: a fisherwoman")
    with (
        process.tracing.span("job.round", "r1", {}),
        process.tracing._tracer.start_as_current_span(
            "SELECT /data/castroom.sqlite", attributes={"db.system": "sqlite", "db.statement": "SELECT 'Maya'"}
        ),
    ):
        pass
    spans = process.spans()
    failed, statement = spans["step.post"], spans["SELECT"]
    assert not failed.status.is_ok
    assert failed.status.description is None
    assert not failed.events
    for span in spans.values():
        assert (span.attributes or {}).keys() <= ALLOWED_ATTRIBUTES
    assert statement.attributes == {"db.system": "sqlite"}
