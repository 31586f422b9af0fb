"""Traces of a real bot in the practice workspace: one round is one trace."""

import asyncio
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bot.telemetry.round_tracing import ALLOWED_ATTRIBUTES
from tests.support.practice_environment import DANIEL, LENA, practice_environment
from tests.support.trace_collector import TraceCollector, trace_collector


async def trace_a_round(folder: Path) -> TraceCollector:
    """Cast a face from command to lock, stop the bot, and return what it sent."""
    async with trace_collector() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}
        async with practice_environment(folder, settings) as workspace:
            ts = await workspace.cast("Maya: a fisherwoman")
            await workspace.wait_for_ballot(ts)
            for person in (LENA, DANIEL):
                await workspace.press(person, ts, "vote:2")
            await workspace.wait_for_text(ts, "2 people voted")
            await workspace.press(LENA, ts, "lock")
            await workspace.wait_for_text(ts, "Maya is cast")
            await workspace.wait_for_jobs()
        return collector


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("traces")


@pytest.fixture(scope="module")
def collected(folder: Path) -> TraceCollector:
    return asyncio.run(trace_a_round(folder))


def attributes(span: Span) -> dict[str, str]:
    return {item.key: item.value.string_value or str(item.value.int_value) for item in span.attributes}


def is_below(span: Span, ancestor: Span, by_id: dict[bytes, Span]) -> bool:
    while span.parent_span_id in by_id:
        span = by_id[span.parent_span_id]
        if span.span_id == ancestor.span_id:
            return True
    return False


def test_a_round_is_one_trace_across_slack_jobs_providers_and_storage(collected: TraceCollector) -> None:
    spans = collected.spans
    assert len({span.trace_id for span in spans}) == 1
    names = {span.name for span in spans}
    assert {"round.start", "slack.request", "job.round", "job.slot", "step.generate_slot", "slack.redraw"} <= names
    assert {"step.post", "SELECT", "UPDATE"} <= names
    assert {"chat.postMessage", "chat.update"} <= {attributes(span).get("castroom.slack_method") for span in spans}
    assert len([span for span in spans if span.name == "job.slot"]) > 1


def test_every_span_is_below_the_start_of_the_round(collected: TraceCollector) -> None:
    (root,) = [span for span in collected.spans if not span.parent_span_id]
    assert root.name == "round.start"
    by_id = {span.span_id: span for span in collected.spans}
    assert [span.name for span in collected.spans if span is not root and not is_below(span, root, by_id)] == []


def test_calls_to_models_and_their_rows_are_below_their_slots(collected: TraceCollector) -> None:
    by_id = {span.span_id: span for span in collected.spans}
    generations = [span for span in collected.spans if span.name == "slot.generation"]
    assert generations
    for generation in generations:
        below = [span for span in collected.spans if is_below(span, generation, by_id)]
        assert [span for span in below if span.name == "POST" and "castroom.slack_method" not in attributes(span)]
        assert [span for span in below if span.name in ("UPDATE", "INSERT")]


def test_traces_hold_ids_and_neither_texts_nor_secrets(collected: TraceCollector, folder: Path) -> None:
    assert {key for span in collected.spans for key in attributes(span)} <= ALLOWED_ATTRIBUTES
    assert not any(span.events or span.status.message for span in collected.spans)
    sent = b"".join(collected.bodies)
    for text in ("fisherwoman", "Maya", "xoxb-", "xapp-", "sk-", "SELECT ", str(folder), LENA):
        assert text.encode() not in sent, text
