"""Refused requests are counted in the log of a bot."""

from pathlib import Path

import pytest

from benchmarks.harness.process_probes import count_refusals


@pytest.mark.parametrize(
    ("event", "refusals"),
    [("slack_call_failed", 1), ("storage_unavailable", 1), ("request_rejected", 1), ("vote_stored", 0)],
)
def test_refusals_are_counted_by_their_log_event(event: str, refusals: int, tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text(f'late 1.0 6.0\n{{"event": "{event}", "level": "info"}}\n', "utf-8")
    assert count_refusals(log) == refusals
