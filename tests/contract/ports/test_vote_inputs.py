"""Vote inputs: the newest timestamp of each decides, in any order of delivery."""

import asyncio
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ballot import Tally, VoteInput, VoteSource
from storage import Storage, open_storage
from tests.support.storage_builders import (
    DATABASES,
    LARGE_CAPS,
    fresh_database,
    make_round,
    make_settings,
    make_vote_input,
    open_voting_round,
)

PEOPLE = ("U1", "U2", "U3")

_vote_inputs = st.builds(
    lambda position, person, on, source: make_vote_input(make_round(), position, person, 0, on=on, source=source),
    st.integers(0, 2),
    st.sampled_from(PEOPLE),
    st.booleans(),
    st.sampled_from(VoteSource),
)


@st.composite
def deliveries(draw: st.DrawFn) -> list[VoteInput]:
    """Draw inputs with increasing timestamps, delivered in any order, some of them twice."""
    inputs = [
        replace(event, event_ts_us=event_ts_us)
        for event_ts_us, event in enumerate(draw(st.lists(_vote_inputs, max_size=10)), 1)
    ]
    repeated = draw(st.lists(st.sampled_from(inputs), max_size=5)) if inputs else []
    return draw(st.permutations(inputs + repeated))


@pytest.mark.parametrize("database", DATABASES)
def test_tally_depends_only_on_the_newest_inputs(database: str, tmp_path: Path) -> None:
    rounds = count()
    with asyncio.Runner() as runner:
        storage = runner.run(_open_storage(database, tmp_path))

        @settings(max_examples=40 if database == "sqlite" else 15, deadline=None)
        @given(deliveries())
        def check(events: list[VoteInput]) -> None:
            runner.run(_check_tally(storage, f"r{next(rounds)}", events))

        check()
        runner.run(storage.close())


async def _open_storage(database: str, folder: Path) -> Storage:
    return await open_storage(make_settings(await fresh_database(database, folder)))


async def _check_tally(storage: Storage, round_id: str, events: list[VoteInput]) -> None:
    await storage.rounds.open(make_round(round_id, round_id), LARGE_CAPS, recast=False)
    round_ = await open_voting_round(storage, make_round(round_id, round_id))
    slot_ids = {slot.id: round_.slots[slot.position].id for slot in make_round().slots}
    changes = [
        await storage.ballots.record_vote(replace(e, round_id=round_id, slot_id=slot_ids[e.slot_id])) for e in events
    ]
    newest = {(e.person, e.slot_id, e.source): e for e in sorted(events, key=lambda e: e.event_ts_us)}
    numbers = {slot.id: slot.position + 1 for slot in make_round().slots}
    round_ = await storage.rounds.get(round_id)
    assert round_.count_votes(await storage.ballots.list_vote_inputs(round_id), ()) == Tally.from_vote_inputs(
        newest.values(), numbers
    )
    assert round_.ballot_version == changes.count(True)
