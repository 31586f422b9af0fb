"""Pipeline targets: names, states and external ids as people and programs write them."""

import pytest

from bot.domain.errors import BriefError
from bot.domain.target import (
    TARGET_LIMIT,
    Reporter,
    ReportSource,
    TargetInput,
    TargetReport,
    TargetState,
    all_targets,
    find_target,
    parse_targets,
)
from tests.support.storage_builders import NOW

RUNWAY = TargetReport("r1", "Runway", TargetState.ACCEPTED, "", NOW, Reporter(ReportSource.PERSON, "U1"))


def test_presets_are_spelled_as_listed_and_free_names_as_typed() -> None:
    assert parse_targets(["runway", " KLING ", "", "In-house  comp", "Runway"]) == ("Runway", "Kling", "In-house comp")


@pytest.mark.parametrize(
    ("target", "state", "external_id", "field", "problem"),
    [
        ("\u200b", "accepted", "", "target", "unnamed"),
        ("Runway, Kling", "accepted", "", "target", "unnamed"),
        ("x" * 41, "accepted", "", "target", "too_long"),
        ("Runway", "maybe", "", "target_state", "unknown"),
        ("Runway", "accepted", "<@U1> hi", "external_id", "not_an_id"),
        ("Runway", "accepted", "a`b", "external_id", "not_an_id"),
        ("Runway", "accepted", "a" * 201, "external_id", "too_long"),
        ("Runway\u202e", "accepted", "", "target", "control"),
    ],
)
def test_anything_else_is_refused(target: str, state: str, external_id: str, field: str, problem: str) -> None:
    with pytest.raises(BriefError) as refused:
        TargetInput.parse(target, state, external_id)
    assert (refused.value.field, refused.value.problem) == (field, problem)


def test_an_asset_id_and_an_address_are_external_ids() -> None:
    for text in ("asset://a-17", "https://app.example.com/faces/17?v=2#top", "7f3a", ""):
        assert TargetInput.parse("Veo", "accepted", text).external_id == text


def test_a_report_is_only_about_a_target_that_the_production_uses() -> None:
    assert find_target("RUNWAY", ("Kling", "Runway")) == "Runway"
    with pytest.raises(BriefError, match="not_used"):
        find_target("Veo", ("Kling",))


def test_nothing_is_claimed_that_nobody_reported() -> None:
    assert all_targets(("Kling", "Runway"), [RUNWAY]) == (("Kling", None), ("Runway", RUNWAY))
    assert all_targets((), [RUNWAY]) == (("Runway", RUNWAY),), "a report outlives the production's list"


def test_a_list_has_a_limit() -> None:
    with pytest.raises(BriefError, match="too_many_targets"):
        parse_targets(f"tool {n}" for n in range(TARGET_LIMIT + 1))
