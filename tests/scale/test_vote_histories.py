"""Histories of presses and reactions that arrive late, twice or out of order; `make bench` plays 10,000."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from benchmarks.ballot_model import run_histories
from bot.domain.ballot import VoteInput, VoteSource, reconcile_reactions
from bot.usecases import close_vote
from storage.rounds import ballots

SEED, STEPS = 2, 10
HISTORIES = [5, pytest.param(200, marks=pytest.mark.heavy)]
# A fault shows within some dozens of histories; each seed plays a few. Seeds that show it at once come first.
MUTANT_SEEDS, MUTANT_HISTORIES = range(1, 31), 20


@pytest.fixture(autouse=True)
def captured_logs() -> Iterator[None]:
    """Each press that comes too late is logged, thousands of times."""
    with structlog.testing.capture_logs():
        yield


@pytest.mark.parametrize("histories", HISTORIES)
def test_tally_equals_the_reference_ballot_for_any_event_order(tmp_path: Path, histories: int) -> None:
    result = run_histories(tmp_path, histories, SEED, STEPS)
    assert result.histories >= histories
    assert result.deliveries > 5 * histories


def play_all_seeds(folder: Path, *fast_seeds: int) -> None:
    """Play a few histories per seed, first of `fast_seeds`; raises AssertionError at the first difference."""
    for seed in dict.fromkeys((*fast_seeds, *MUTANT_SEEDS)):
        run_histories(folder / str(seed), MUTANT_HISTORIES, seed, STEPS)


def test_histories_detect_a_ballot_that_accepts_older_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above can fail."""
    monkeypatch.setattr(ballots, "_is_newer", lambda new, held: True)
    with pytest.raises(AssertionError):
        play_all_seeds(tmp_path, 3)


@pytest.mark.heavy
def test_histories_detect_a_close_that_uses_the_clock_of_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack's clock may be ahead of it: what the message shows must count all the same."""

    def with_bot_time(*args: Any) -> list[VoteInput]:
        return [replace(vote_input, event_ts_us=args[-1]) for vote_input in reconcile_reactions(*args)]

    monkeypatch.setattr(close_vote, "reconcile_reactions", with_bot_time)
    with pytest.raises(AssertionError):
        play_all_seeds(tmp_path, 7, 13, 8)


def test_histories_detect_a_ballot_that_counts_an_event_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A press would turn its mark over again."""

    def not_older(new: VoteInput, stored: Mapping[VoteSource, VoteInput]) -> bool:
        return new.source not in stored or stored[new.source].event_ts_us <= new.event_ts_us

    monkeypatch.setattr(ballots, "_is_newer", not_older)
    with pytest.raises(AssertionError):
        play_all_seeds(tmp_path, 16, 9, 22)
