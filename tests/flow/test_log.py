"""The log of a round: one JSON object a line, and each says which round it is about."""

import json
from pathlib import Path

from tests.flow.house import DANIEL, LENA, MEI, house

# What is about the process, the account or the workspace, and no round.
_GENERAL = {"workspace", "listening", "stopping", "model_ends"}


async def test_every_line_that_is_written_for_a_round_carries_its_id(tmp_path: Path) -> None:
    async with house(tmp_path) as film:
        await film.door.post("models/recraftv4_1/faults", {"kind": "refusal", "times": 1})
        await film.trouble("chat.update", "error", error="internal_error", times=1)
        await film.trouble("response_url", "status", status=500, times=1)
        ts = await film.cast("Maya: a fisherwoman")
        await film.ballot(ts)
        for _ in range(2):  # the first answer is lost
            await film.press(MEI, ts, "lock")
        await film.told(MEI, "can lock")
        await film.door.react(MEI, "C0HARBOURFILM", ts, "two")
        await film.press(LENA, ts, "vote:2")
        await film.reads(ts, "2 people voted")
        await film.press(DANIEL, ts, "vote:2")
        await film.reads(ts, "3 people voted")
        await film.press(LENA, ts, "lock")
        await film.reads(ts, "Maya is cast")
        log = film.log
    lines = [json.loads(line) for line in log.splitlines()]
    round_ids = {line["round"] for line in lines if "round" in line}
    assert len(round_ids) == 1
    without = [line for line in lines if "round" not in line and line["event"] not in _GENERAL]
    assert not without
    told = {line["event"] for line in lines if "round" in line}
    assert {"answered", "declined", "not_answered", "redraw_again"} <= told, "models, presses, redraws"
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    for secret in ("fisherwoman", "Maya", "xoxb-", "xapp-"):
        assert secret not in log
