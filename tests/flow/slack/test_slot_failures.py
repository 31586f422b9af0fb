"""Models that refuse, fail, drag their feet or send rubbish: the team votes on what is there."""

from pathlib import Path

import pytest

from playground.control.client import buttons_of, text_of
from tests.support.practice_environment import FILM, LENA, PracticeEnvironment, practice_environment
from tests.support.time_factor import scaled

pytestmark = pytest.mark.heavy

BOT_SETTINGS = {"PATIENCE_SECONDS": f"{scaled(4):g}"}
REAL_PACE = True


async def test_ballot_opens_with_one_candidate_and_explains_four_failures(workspace: PracticeEnvironment) -> None:
    for model, fault in (
        ("recraftv4_1_pro", {"kind": "rate_limit", "times": 0, "seconds": 1}),
        ("gpt-image-2", {"kind": "refusal", "times": 0}),
        ("gemini-nano-banana-2.1", {"kind": "truncated", "times": 0}),
        ("gemini-3-pro-image", {"kind": "hang", "times": 0}),
    ):
        await workspace.control_client.post(f"models/{model}/faults", fault)
    ts = await workspace.cast(
        "Five: a signalman --each 1 --models recraft,recraft-pro,gpt-image-2,nano-banana,nano-banana-pro"
    )
    text = text_of(await workspace.wait_for_ballot(ts, seconds=15))
    buttons = buttons_of(await workspace.control_client.message(FILM, ts))
    assert len([button for button in buttons if button.startswith("vote:")]) == 1
    await workspace.control_client.post("models/*/faults", {"kind": "none"})
    failures = [line for line in text.splitlines() if "missing" in line or "still" in line]
    assert len(failures) >= 1
    for words in ("too many", "declined", "picture"):
        assert words in text.lower(), text
    calls = await workspace.control_client.usage()
    refused = [c for c in calls if c["model"] == "gpt-image-2"]
    assert len(refused) == 1, "a refusal is not retried"


async def test_round_without_portraits_explains_why_and_frees_the_name(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.post("models/*/faults", {"kind": "error_503", "times": 0})
    ts = await workspace.cast("Nobody: a ghost")
    text = await workspace.wait_for_text(ts, "No portrait arrived")
    assert text.count("Nothing was charged for it") == 4
    await workspace.control_client.post("models/*/faults", {"kind": "none"})
    await workspace.wait_for_ballot(await workspace.cast("Nobody: a ghost"))


async def test_lead_opens_the_vote_early(tmp_path: Path) -> None:
    async with practice_environment(tmp_path) as workspace:
        await workspace.control_client.post("models/gpt-image-2/latency", {"least": 600, "most": 600})
        ts = await workspace.cast("Early: a night watchman")
        await workspace.wait_for_button(ts, "open_now")
        await workspace.press(LENA, ts, "open_now")
        message = await workspace.wait_for_ballot(ts)
        assert len([b for b in buttons_of(message) if b.startswith("vote:")]) == 2
