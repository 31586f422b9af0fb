"""Cases of every kind of bad input, always the same ones; `make bench` tries a hundred thousand."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from benchmarks.fuzz import INPUT_KINDS, run_kind
from benchmarks.fuzz.app import open_fuzz_app
from benchmarks.fuzz.runner import UnexpectedChange, run_cases
from tests.support import slack_payloads

CASES_BY_KIND = {"answers": 300, "presses": 200, "payloads": 500, "lines": 500, "requests": 250, "pictures": 400}


# An eighth of the cases in the everyday suite.
@pytest.mark.parametrize("share", [8, pytest.param(1, marks=pytest.mark.heavy)])
@pytest.mark.parametrize("name", list(INPUT_KINDS))
def test_bad_input_never_crashes_and_rejected_input_is_not_stored(name: str, share: int, tmp_path: Path) -> None:
    cases = CASES_BY_KIND[name] // share
    found = run_kind(name, cases, None, tmp_path / "data")
    assert found.cases >= cases // 2
    assert (found.crashes, found.losses) == ((), ())


@pytest.mark.parametrize(
    ("error", "count"),
    [(KeyError("x"), (1, 0)), (UnexpectedChange("a mark"), (0, 1)), (None, (0, 0))],
    ids=["crash", "loss", "none"],
)
def test_report_contains_a_failing_case(error: Exception | None, count: tuple[int, int]) -> None:
    def check(case: int) -> None:
        if error and case > 3:
            raise error

    found = run_cases("numbers", st.integers(0, 9), check, 50, None)
    assert (len(found.crashes), len(found.losses)) == count
    assert all("case=" in report and repr(error) in report for report in (*found.crashes, *found.losses))


async def test_vote_press_is_accepted_and_one_from_another_team_rejected(tmp_path: Path) -> None:
    async with open_fuzz_app(tmp_path / "data") as app:
        slot = next(slot for slot in app.ids.slots if slot.startswith(app.ids.voting))
        assert await app.run_case(slack_payloads.message_press("vote:1", slot, person="U2"))
        assert not await app.run_case(slack_payloads.message_press("vote:1", slot, person="U2", team="T2"))
        assert not await app.run_case(slack_payloads.message_press("vote:1", "nobody's"))


async def test_missing_workspace_check_is_detected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def allow_any_slot(*_: Any) -> None:
        """Whoever reaches for another workspace's round is let through."""

    monkeypatch.setattr("handlers.slack.ownership.WorkspaceGuard.check_slot", allow_any_slot)
    async with open_fuzz_app(tmp_path / "data") as app:
        slot = next(slot for slot in app.ids.slots if slot.startswith(app.ids.voting))
        with pytest.raises(UnexpectedChange, match="T1"):
            await app.run_case(slack_payloads.message_press("vote:1", slot, person="U2", team="T2"))
