"""Two hundred histories of presses and reactions that arrive late, twice or out of order; `make bench` plays 10,000."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from benchmarks.histories import play
from bot import voting
from bot.ballot import Mark, Way, corrections
from storage import ballots

HISTORIES, SEED, STEPS = 200, 2, 10


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Each press that comes too late is logged, thousands of times."""
    with structlog.testing.capture_logs():
        yield


@pytest.mark.timeout(600)
def test_whatever_arrives_in_whatever_order_the_tally_is_that_of_a_plain_model(tmp_path: Path) -> None:
    played = play(tmp_path, HISTORIES, SEED, STEPS)
    assert played.histories >= HISTORIES
    assert played.deliveries > 1_000


def test_a_ballot_that_takes_older_events_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above can fail."""
    monkeypatch.setattr(ballots, "_newer", lambda new, held: True)
    with pytest.raises(AssertionError):
        play(tmp_path, HISTORIES, SEED, STEPS)


def test_a_close_that_trusts_the_clock_of_the_bot_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's clock may be ahead of it: what the message shows must count all the same."""

    def stamped(*given: Any) -> list[Mark]:
        return [replace(mark, stamp=given[-1]) for mark in corrections(*given)]

    monkeypatch.setattr(voting, "corrections", stamped)
    with pytest.raises(AssertionError):
        play(tmp_path, HISTORIES, SEED, STEPS)


def test_a_ballot_that_takes_the_same_event_twice_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A press would turn its mark over again."""

    def not_older(new: Mark, held: Mapping[Way, Mark]) -> bool:
        return new.way not in held or held[new.way].stamp <= new.stamp

    monkeypatch.setattr(ballots, "_newer", not_older)
    with pytest.raises(AssertionError):
        play(tmp_path, HISTORIES, SEED, STEPS)
