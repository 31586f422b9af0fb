"""Some hundreds of cases of every kind of bad input, always the same ones; `make bench` tries a hundred thousand."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from benchmarks.bad_house import open_house
from benchmarks.badinput import KINDS, try_one
from benchmarks.trying import Lost, tried
from tests.unit.handlers import envelopes

AMOUNTS = {"answers": 300, "presses": 200, "payloads": 500, "lines": 500, "requests": 250, "pictures": 400}


@pytest.mark.parametrize("name", list(KINDS))
def test_nothing_crashes_and_nothing_that_was_refused_is_kept(name: str, tmp_path: Path) -> None:
    found = try_one(name, AMOUNTS[name], None, tmp_path / "data")
    assert found.cases >= AMOUNTS[name] // 2
    assert (found.crashes, found.losses) == ((), ())


@pytest.mark.parametrize(
    ("breaks", "count"),
    [(KeyError("x"), (1, 0)), (Lost("a mark"), (0, 1)), (None, (0, 0))],
    ids=["crash", "loss", "none"],
)
def test_what_is_found_is_told_with_a_case_that_shows_it(breaks: Exception | None, count: tuple[int, int]) -> None:
    def check(case: int) -> None:
        if breaks and case > 3:
            raise breaks

    found = tried("numbers", st.integers(0, 9), check, 50, None)
    assert (len(found.crashes), len(found.losses)) == count
    assert all("case=" in told and repr(breaks) in told for told in (*found.crashes, *found.losses))


async def test_a_press_that_counts_is_taken_and_one_from_elsewhere_is_refused(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data") as house:
        slot = next(slot for slot in house.ids.slots if slot.startswith(house.ids.voting))
        assert await house.case(envelopes.press("vote:1", slot, person="U2"))
        assert not await house.case(envelopes.press("vote:1", slot, person="U2", team="T2"))
        assert not await house.case(envelopes.press("vote:1", "nobody's"))


async def test_a_loss_in_the_house_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_look(*_: Any) -> None:
        """Whoever reaches for another workspace's round is let through."""

    monkeypatch.setattr("handlers.reach.Reach.slot", no_look)
    async with open_house(tmp_path / "data") as house:
        slot = next(slot for slot in house.ids.slots if slot.startswith(house.ids.voting))
        with pytest.raises(Lost, match="T1"):
            await house.case(envelopes.press("vote:1", slot, person="U2", team="T2"))
