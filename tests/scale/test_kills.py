"""Twenty kills at random moments of full rounds; `make bench` runs two hundred."""

from pathlib import Path

import pytest

from benchmarks.kills import kills

_SEED = 20


@pytest.mark.timeout(300)
async def test_nothing_that_was_acknowledged_is_lost_and_nothing_is_paid_twice(tmp_path: Path) -> None:
    losses, stories = await kills(tmp_path, 20, _SEED, longest_life=8.0)
    assert losses.strikes == 20
    assert losses.locked > 0
    assert not losses.stuck, [story for story in stories if story.ended not in ("locked", "called off")]
    assert (losses.votes_lost, losses.locks_lost, losses.paid_twice, losses.rounds_posted_twice) == (0, 0, 0, 0)
