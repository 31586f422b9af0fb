"""Every fault a model can have: what the team reads while it votes, what after the close, and what the vendor bills."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.domain.catalogue import ModelSpec
from playground.control.client import Json, text_of
from providers.registry import MODELS
from tests.support.practice_environment import LENA, PracticeEnvironment
from tests.support.time_factor import scaled

pytestmark = pytest.mark.heavy

BOT_SETTINGS = {"PATIENCE_SECONDS": f"{scaled(6):g}"}

FREE_TEXT, MAYBE_CHARGED_TEXT, CHARGED_TEXT = (
    "Nothing was charged for it.",
    "It may have been charged: up to $",
    "It was still charged",
)


@dataclass(frozen=True)
class ExpectedFailure:
    """What is told of a fault, whether it cost something, and how often the model is asked."""

    text: str
    charge: str
    call_count: int = 1


INVALID_PICTURE_TEXT, PROVIDER_DOWN_TEXT = "returned an unusable picture", "failed on its side"
FAILURES = {
    "refusal": ExpectedFailure("declined the brief", FREE_TEXT),
    "rate_limit": ExpectedFailure("had too many requests at once", FREE_TEXT, call_count=2),
    "no_money": ExpectedFailure("has no credit left; your Castroom administrator can top it up", FREE_TEXT),
    "bad_key": ExpectedFailure("rejected our key; your Castroom administrator can renew it", FREE_TEXT),
    "retired": ExpectedFailure("is retired; your Castroom administrator can choose its successor", FREE_TEXT),
    "bad_request": ExpectedFailure("rejected the request", FREE_TEXT),
    "error_500": ExpectedFailure(PROVIDER_DOWN_TEXT, MAYBE_CHARGED_TEXT),
    "error_503": ExpectedFailure(PROVIDER_DOWN_TEXT, FREE_TEXT, call_count=3),
    "redirect": ExpectedFailure(PROVIDER_DOWN_TEXT, FREE_TEXT),
    "cut_before": ExpectedFailure(PROVIDER_DOWN_TEXT, MAYBE_CHARGED_TEXT),
    "cut_during": ExpectedFailure(PROVIDER_DOWN_TEXT, MAYBE_CHARGED_TEXT),
    "cut_after": ExpectedFailure(PROVIDER_DOWN_TEXT, MAYBE_CHARGED_TEXT),
    "no_image": ExpectedFailure(INVALID_PICTURE_TEXT, MAYBE_CHARGED_TEXT),
    "html": ExpectedFailure(INVALID_PICTURE_TEXT, MAYBE_CHARGED_TEXT),
    "truncated": ExpectedFailure(INVALID_PICTURE_TEXT, CHARGED_TEXT),
    "broken_base64": ExpectedFailure(INVALID_PICTURE_TEXT, CHARGED_TEXT),
    "not_an_image": ExpectedFailure(INVALID_PICTURE_TEXT, CHARGED_TEXT),
    "enormous": ExpectedFailure(INVALID_PICTURE_TEXT, CHARGED_TEXT),
    "twice_gzipped": ExpectedFailure(INVALID_PICTURE_TEXT, MAYBE_CHARGED_TEXT),
    "content_filter": ExpectedFailure("declined the brief", FREE_TEXT),
}
LATE_FAULTS = {"drip", "hang"}
HARMLESS_FAULTS = {"latency", "wrong_type", "long_comment", "by_url", "absurd_amounts"}
SPELLED_FAULTS = {"inner_error"}
# Seven slots to a round, one of them sound.
TESTED_MODELS = {
    "recraft",
    "recraft-pro",
    "gpt-image-2",
    "gpt-image-2.5",
    "gpt-image-2.5-sunburst",
    "nano-banana",
    "nano-banana-pro",
}
HEALTHY_MODEL, PRO, *OTHERS = (m for m in MODELS if m.name in TESTED_MODELS)
FAULTY_MODELS = (*OTHERS, PRO)


@dataclass(frozen=True)
class FaultReport:
    """What people read of one fault, and what the vendor wrote down."""

    model: ModelSpec
    blind_text: str
    named_text: str
    calls: list[Json]


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def killed_at_the_end(workspace: PracticeEnvironment) -> AsyncIterator[None]:
    yield
    await workspace.kill()  # a bot asked kindly would wait some seconds for the model that hangs


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fault_reports(workspace: PracticeEnvironment) -> dict[str, FaultReport]:
    """Every fault that ends in a miss, six to a round."""
    found: dict[str, FaultReport] = {}
    for first in range(0, len(FAILURES), len(FAULTY_MODELS)):
        found |= await run_round_with_faults(workspace, dict(zip([*FAILURES][first:], FAULTY_MODELS, strict=False)))
    return found


async def run_round_with_faults(workspace: PracticeEnvironment, faults: dict[str, ModelSpec]) -> dict[str, FaultReport]:
    for kind, model in faults.items():
        await set_fault(workspace, model, kind)
    ts = await workspace.cast(command_text(f"With {' '.join(faults)}", *faults.values()))
    voting = text_of(await workspace.wait_for_ballot(ts))
    await workspace.press(LENA, ts, "close")
    closed = await workspace.wait_for_text(ts, "voting is closed")
    for model in faults.values():
        await set_fault(workspace, model, "none")
    return {kind: await build_fault_report(workspace, kind, model, voting, closed) for kind, model in faults.items()}


async def set_fault(
    workspace: PracticeEnvironment, model: ModelSpec, kind: str, times: int = 0, seconds: float = 1, spelling: str = ""
) -> None:
    answer = await workspace.control_client.post(
        f"models/{model.wire_id}/faults", {"kind": kind, "times": times, "seconds": seconds, "spelling": spelling}
    )
    assert answer["ok"], answer


def command_text(name: str, *models: ModelSpec) -> str:
    return f"{name[:80]}: a signalman --each 1 --models {','.join(m.name for m in (HEALTHY_MODEL, *models))}"


async def build_fault_report(
    workspace: PracticeEnvironment, kind: str, model: ModelSpec, voting: str, closed: str
) -> FaultReport:
    """A miss stands in the same place before and after the close."""
    named_text = next(text for text in closed.splitlines() if text.startswith("Missing") and f"{model.title} " in text)
    label = named_text.partition(":")[0]
    blind_text = next(text for text in voting.splitlines() if text.startswith(f"{label}:"))
    calls = (await workspace.control_client.get("bill", model=model.wire_id))["calls"]
    return FaultReport(model, blind_text, named_text, [c for c in calls if c["fault"] == kind])


async def test_every_practice_model_fault_is_covered(workspace: PracticeEnvironment) -> None:
    known = (await workspace.control_client.get("models"))["kinds"]
    assert {*FAILURES, *LATE_FAULTS, *HARMLESS_FAULTS, *SPELLED_FAULTS, "none"} == {*known}


@pytest.mark.parametrize("kind", FAILURES)
async def test_failure_is_shown_without_its_model_while_voting(
    fault_reports: dict[str, FaultReport], kind: str
) -> None:
    blind_text = fault_reports[kind].blind_text
    assert FAILURES[kind].text in blind_text
    assert FAILURES[kind].charge in blind_text
    assert " a model " in f"{blind_text} "
    assert not any(word in blind_text.lower() for word in ("recraft", "gpt", "openai", "banana", "gemini", "google"))


@pytest.mark.parametrize("kind", FAILURES)
async def test_failure_names_its_model_after_the_close(fault_reports: dict[str, FaultReport], kind: str) -> None:
    assert FAILURES[kind].text in fault_reports[kind].named_text
    assert FAILURES[kind].charge in fault_reports[kind].named_text
    assert fault_reports[kind].model.title in fault_reports[kind].named_text


@pytest.mark.parametrize("kind", FAILURES)
async def test_failure_text_matches_the_bill_and_is_paid_at_most_once(
    fault_reports: dict[str, FaultReport], kind: str
) -> None:
    calls = fault_reports[kind].calls
    charged = [c for c in calls if c["charged"]]
    assert len(calls) == FAILURES[kind].call_count
    assert len(charged) <= 1
    if FAILURES[kind].charge == FREE_TEXT:
        assert not charged, "nobody is told that a portrait was free which was not"
    if FAILURES[kind].charge == CHARGED_TEXT:
        assert charged


async def test_filter_categories_are_shown_only_after_the_close(fault_reports: dict[str, FaultReport]) -> None:
    assert "flagged" not in fault_reports["refusal"].blind_text
    assert "its filter flagged “violence”" in fault_reports["refusal"].named_text


async def test_short_rate_limit_wait_is_shown_and_retried(workspace: PracticeEnvironment) -> None:
    model = FAULTY_MODELS[0]
    await set_fault(workspace, model, "rate_limit", times=1, seconds=3)
    ts = await workspace.cast(command_text("Patience", model))
    await workspace.wait_for_text(ts, "A model is busy; the next try is")
    voting = text_of(await workspace.wait_for_ballot(ts))
    assert "missing" not in voting.lower()
    calls = (await workspace.control_client.get("bill", model=model.wire_id))["calls"][-2:]
    assert [(c["fault"], c["charged"]) for c in calls] == [("rate_limit", False), (None, True)]


async def test_odd_answers_of_gateways_cost_no_portrait(workspace: PracticeEnvironment) -> None:
    gpt, long_comment, absurd, *_ = FAULTY_MODELS
    faults = {"long_comment": long_comment, "absurd_amounts": absurd, "by_url": HEALTHY_MODEL}
    for kind, model in faults.items():
        await set_fault(workspace, model, kind)
    await set_fault(workspace, gpt, "inner_error", spelling="502")
    ts = await workspace.cast(command_text("Odd", gpt, long_comment, absurd))
    voting = text_of(await workspace.wait_for_ballot(ts))
    for model in (*faults.values(), gpt):
        await set_fault(workspace, model, "none")
    assert "One of 4 is missing" in voting
    assert f"a model {PROVIDER_DOWN_TEXT}. {MAYBE_CHARGED_TEXT}" in voting
    await workspace.press(LENA, ts, "close")
    assert f"{gpt.title} {PROVIDER_DOWN_TEXT}" in await workspace.wait_for_text(ts, "voting is closed")


async def test_late_models_do_not_delay_the_vote(workspace: PracticeEnvironment) -> None:
    dripping, hanging, slow, mistaken = FAULTY_MODELS[:4]
    await set_fault(workspace, dripping, "drip", seconds=scaled(160))
    await set_fault(workspace, hanging, "hang")
    await set_fault(workspace, slow, "latency")
    await set_fault(workspace, mistaken, "wrong_type")
    ts = await workspace.cast(command_text("Late", dripping, hanging, slow, mistaken))
    message = await workspace.wait_for_ballot(ts)
    assert "2 still being drawn" in text_of(message)
    assert "issing" not in text_of(message), "slow or mislabelled, a portrait is a portrait"
    await workspace.wait_for_text(
        ts, "1 portrait arrived too late for this ballot; the lead can choose it after the close"
    )
    await workspace.press(LENA, ts, "close")
    closed = await workspace.wait_for_text(ts, "voting is closed")
    assert closed.count(" · 0 votes") == 3
    assert closed.count(" · arrived after the vote") == 1, "nobody could vote for it, which is not the same as no votes"
    assert "1 still being drawn" in closed
