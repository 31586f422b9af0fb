"""The log of a round: one JSON object a line, and each says which round it is about."""

import json
from pathlib import Path

import pytest

from tests.support.practice_environment import DANIEL, LENA, MEI, practice_environment

pytestmark = pytest.mark.heavy

# What is about the process, the account or the workspace, and no round.
_EVENTS_WITHOUT_ROUND = {
    "process_started",
    "workspace_connected",
    "server_started",
    "shutdown_started",
    "model_retiring",
}


async def test_every_log_line_of_a_round_carries_its_id(tmp_path: Path) -> None:
    async with practice_environment(tmp_path) as workspace:
        await workspace.control_client.post("models/recraftv4_1/faults", {"kind": "refusal", "times": 1})
        await workspace.inject_fault("chat.update", "error", error="internal_error", times=1)
        await workspace.inject_fault("response_url", "status", status=500, times=1)
        ts = await workspace.cast("Maya: a fisherwoman")
        await workspace.wait_for_ballot(ts)
        for _ in range(2):  # the first answer is lost
            await workspace.press(MEI, ts, "lock")
        await workspace.wait_for_ephemeral(MEI, "can lock")
        await workspace.control_client.react(MEI, "C0HARBOURFILM", ts, "two")
        await workspace.press(LENA, ts, "vote:2")
        await workspace.wait_for_text(ts, "2 people voted")
        await workspace.press(DANIEL, ts, "vote:2")
        await workspace.wait_for_text(ts, "3 people voted")
        await workspace.press(LENA, ts, "lock")
        await workspace.wait_for_text(ts, "Maya is cast")
        log = workspace.log
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines[0]["event"] == "process_started"
    assert {"version", "commit"} <= lines[0].keys()
    round_ids = {line["round"] for line in lines if "round" in line}
    assert len(round_ids) == 1
    without = [line for line in lines if "round" not in line and line["event"] not in _EVENTS_WITHOUT_ROUND]
    assert not without
    round_events = {line["event"] for line in lines if "round" in line}
    assert {"response_received", "request_rejected", "response_url_failed", "redraw_retried"} <= round_events, (
        "models, presses, redraws"
    )
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    for secret in ("fisherwoman", "Maya", "xoxb-", "xapp-"):
        assert secret not in log
