"""The port Rounds: whatever happens to events on their way, the newest stamp of each mark decides."""

import asyncio
from dataclasses import replace
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ballot import Mark, Tally, Way
from storage import Storage, open_storage
from tests.unit.storage.stories import RICH, a_mark, a_round, at, fresh_sqlite, voting

PEOPLE = ("U1", "U2", "U3")

_events = st.builds(
    lambda position, person, on, way: a_mark(a_round(), position, person, 0, on=on, way=way),
    st.integers(0, 2),
    st.sampled_from(PEOPLE),
    st.booleans(),
    st.sampled_from(Way),
)


@st.composite
def deliveries(draw: st.DrawFn) -> list[Mark]:
    """Events stamped in the order they happened, then delivered in any order, some of them again."""
    happened = [replace(event, stamp=stamp) for stamp, event in enumerate(draw(st.lists(_events, max_size=10)), 1)]
    again = draw(st.lists(st.sampled_from(happened), max_size=5)) if happened else []
    return draw(st.permutations(happened + again))


def test_any_order_and_repetition_of_events_gives_the_tally_of_the_newest_alone(tmp_path: Path) -> None:
    rounds = count()
    with asyncio.Runner() as runner:
        storage = runner.run(_opened(tmp_path))

        @settings(max_examples=40, deadline=None)
        @given(deliveries())
        def check(events: list[Mark]) -> None:
            runner.run(_agree(storage, f"r{next(rounds)}", events))

        check()
        runner.run(storage.close())


async def _opened(folder: Path) -> Storage:
    return await open_storage(at(await fresh_sqlite(folder)))


async def _agree(storage: Storage, round_id: str, events: list[Mark]) -> None:
    await storage.rounds.open(a_round(round_id, round_id), RICH, recast=False)
    round_ = await voting(storage, a_round(round_id, round_id))
    there = {slot.id: round_.slots[slot.position].id for slot in a_round().slots}
    changes = [await storage.rounds.mark(replace(e, round_id=round_id, slot_id=there[e.slot_id])) for e in events]
    newest = {(e.person, e.slot_id, e.way): e for e in sorted(events, key=lambda e: e.stamp)}
    numbers = {slot.id: slot.position + 1 for slot in a_round().slots}
    round_ = await storage.rounds.get(round_id)
    assert round_.count(await storage.rounds.marks(round_id), ()) == Tally.of(newest.values(), numbers)
    assert round_.ballot_version == changes.count(True)
