"""Slack refuses a part of a paper, a home, a statement or an answer, or calls a message too long."""

import time

import pytest
import pytest_asyncio

from playground.control.client import Json, buttons_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

MODEL_SECONDS = 0.05


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def sealed_round_ts(workspace: PracticeEnvironment) -> str:
    """A sealed round with its pictures in the thread."""
    ts = await workspace.cast("Sealed: a cook --each 1 --models recraft,gpt-image-2 --ballot sealed")
    await workspace.wait_for_button(ts, "paper")

    async def uploaded() -> bool:
        return sum(len(m.get("files", [])) for m in await workspace.control_client.thread(FILM, ts)) >= 3

    await workspace.control_client.wait_for(uploaded, "the pictures in the thread")
    return ts


async def refuse_blocks(workspace: PracticeEnvironment, *kinds: str) -> None:
    answer = await workspace.control_client.post("slack/settings", {"refused_blocks": kinds})
    assert answer["settings"]["refused_blocks"] == list(kinds)


async def count_refused_updates(workspace: PracticeEnvironment) -> int:
    calls = await workspace.control_client.calls("chat.update")
    return len([call for call in calls if call["error"] == "invalid_blocks"])


async def start_ballot(workspace: PracticeEnvironment, line: str) -> str:
    ts = await workspace.cast(f"{line} --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    return ts


def static_selects(message: Json) -> list[Json]:
    elements = [e for b in message["blocks"] for e in b.get("elements", [])]
    return [e for e in elements if e.get("type") == "static_select"]


async def test_refused_block_is_retried_only_after_a_state_change(workspace: PracticeEnvironment) -> None:
    await refuse_blocks(workspace, "header")
    ts = await start_ballot(workspace, "Patient: a cook")
    await workspace.wait_for_jobs()  # the job that opened the ballot redraws once more at its end
    refused_before = await count_refused_updates(workspace)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
    await workspace.press(MEI, ts, "vote:2")
    await workspace.wait_for_labels(ts, {"vote:2": "2 · 1"})
    assert await count_refused_updates(workspace) == refused_before
    await refuse_blocks(workspace)
    await workspace.press(LENA, ts, "close")
    message = await workspace.wait_for_button(ts, "extend")
    assert message["blocks"][0]["type"] == "header"
    assert static_selects(message)
    assert '"blocks_refused"' in workspace.log
    assert "unsupported type: header" in workspace.log


@pytest.mark.parametrize("kind", ["divider", "image", "checkboxes", "multi_static_select", "placeholder", "title"])
async def test_sealed_ballot_form_works_without_refused_elements(
    workspace: PracticeEnvironment, sealed_round_ts: str, kind: str
) -> None:
    await refuse_blocks(workspace, kind)
    await workspace.press(DANIEL, sealed_round_ts, "paper")
    view = await workspace.wait_for_modal(DANIEL, "tick both")
    boxes = [b["block_id"] for b in view["blocks"] if b["type"] == "input" and b["block_id"].startswith("ticks ")]
    assert len(boxes) == 2
    sent = await workspace.control_client.submit(DANIEL, view["id"], {boxes[0]: ["human", "likeness"]})
    assert sent["ok"], sent
    assert "a vote for" in text_of(await workspace.wait_for_modal(DANIEL, "Ballot submitted"))


async def test_home_report_and_recall_omit_refused_blocks(workspace: PracticeEnvironment) -> None:
    ts = await start_ballot(workspace, "Seen: a cook")
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_ephemeral(DANIEL, "You voted for 1")
    await workspace.press(LENA, ts, "close")
    await workspace.wait_for_text(ts, "1 leads: 1 of 1")
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Seen is cast")
    await refuse_blocks(workspace, "header", "image", "rich_text")
    await workspace.control_client.post(f"people/{MEI}/home", {"tab": "home"})

    async def home_published() -> bool:
        return "Seen" in text_of((await workspace.control_client.get("state", user=MEI))["homes"].get(MEI, {}))

    await workspace.control_client.wait_for(home_published, "Mei's home")
    now = time.time()
    await workspace.control_client.command(MEI, FILM, "Seen")
    assert "share" in buttons_of(await workspace.wait_for_ephemeral(MEI, "candidate 1", after=now))
    await workspace.control_client.command(LENA, FILM, "spend")
    await workspace.wait_for_ephemeral(LENA, "I sent you the spending", after=now)

    async def report_sent() -> bool:
        return any("$" in text_of(m) for m in await workspace.control_client.messages("D0LENAORTIZ"))

    await workspace.control_client.wait_for(report_sent, "the statement")
    assert "/cast" in await workspace.run_command("help")


async def test_longest_brief_and_eight_candidates_fit_one_message(workspace: PracticeEnvironment) -> None:
    await refuse_blocks(workspace)
    wide, long = "漁" * 80, ("weathered, with a scar over the left eye. " * 150)[:6000]
    ts = await workspace.cast(f"{wide}: {long} --each 4 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(LENA, ts, "close")
    message = await workspace.wait_for_button(ts, "extend")
    assert wide in text_of(message)
    assert [c for c in await workspace.control_client.calls("chat.update") if c["error"] == "msg_blocks_too_long"] == []


async def test_too_long_message_is_shortened_until_it_fits(workspace: PracticeEnvironment) -> None:
    ts = await start_ballot(workspace, "Long: a cook")
    await workspace.inject_fault("chat.update", "error", error="msg_blocks_too_long", times=2)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_labels(ts, {"vote:1": "1 · 1"})
