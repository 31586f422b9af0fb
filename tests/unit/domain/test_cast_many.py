"""A pasted list: lines and tables, with what is wrong with each line."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cast_many import LINE_LIMIT, StopReason, parse_list
from bot.domain.catalogue import Look, Size
from bot.domain.command import ManyCommand, RecallCommand, parse_command
from bot.domain.errors import BriefError, OverBudget, PermissionDenied, PersonLimitReached, RoundClosed

RESETS_AT = datetime(2026, 11, 30, tzinfo=UTC)


def names_and_texts(text: str) -> list[tuple[str, str]]:
    return [(line.brief.name, line.brief.text) for line in parse_list(text) if line.brief]


@pytest.mark.parametrize(
    "text",
    [
        "Maya: a fisherwoman, 60\n\n  Tomas: a pilot, tall  \n",
        'name,brief\nMaya,"a fisherwoman, 60"\nTomas,"a pilot, tall"\n',
        "Brief;Name\na fisherwoman, 60;Maya\na pilot, tall;Tomas",
        "Maya\ta fisherwoman, 60\nTomas\ta pilot, tall",
        "Maya;a fisherwoman, 60\nTomas;a pilot, tall",
        'name,brief\r\nMaya,"a fisherwoman,\n60"\r\nTomas,"a pilot, tall"',
    ],
)
def test_lines_and_tables_give_the_same_briefs(text: str) -> None:
    assert names_and_texts(text) == [("Maya", "a fisherwoman, 60"), ("Tomas", "a pilot, tall")]


def test_columns_of_a_table_may_be_options() -> None:
    (line,) = parse_list("name,brief,look,4k,aspect,notes\nMaya,a fisherwoman,skin,yes,16:9,call her agent")
    assert line.brief
    assert (line.brief.look, line.brief.size, line.brief.aspect) == (Look.SKIN, Size.FOUR_K, "16:9")
    assert "agent" not in line.brief.text


def test_each_wrong_line_has_its_own_error_and_the_others_stay() -> None:
    text = (
        "Maya: a baker\nno brief here\nMAYA: again\nOtto: a pilot --each 9\nVera: x --voters @mei\nIda: x --like photo"
    )
    lines = parse_list(text)
    problems = [(e.field, e.problem) for line in lines if isinstance(e := line.error, BriefError)]
    assert lines[0].brief
    assert problems == [
        ("brief", "missing"),
        ("name", "twice_in_list"),
        ("each", "not_a_count"),
        ("voters", "in_list"),
        ("like", "needs_form"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"), [(" \n ", "missing"), ("A: b\n" * (LINE_LIMIT + 1), "too_many"), ("", "missing")]
)
def test_whole_list_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BriefError) as caught:
        parse_list(text)
    assert (caught.value.field, caught.value.problem) == ("list", problem)


@given(st.text(max_size=300))
def test_any_text_is_parsed_or_refused_with_a_sentence(text: str) -> None:
    try:
        lines = parse_list(text)
    except BriefError:
        return
    assert all((line.brief is None) != (line.error is None) for line in lines)


@pytest.mark.parametrize(
    "error",
    [
        OverBudget("day", Decimal("0.2"), Decimal(20), Decimal("0.1"), RESETS_AT),
        PersonLimitReached("open_rounds", 20),
    ],
)
def test_stop_reason_keeps_the_values_of_its_error(error: OverBudget | PersonLimitReached) -> None:
    reason = StopReason.from_error(error)
    assert reason
    assert vars(reason.to_error()) == vars(error)


def test_only_caps_limits_and_permissions_stop_a_list() -> None:
    assert StopReason.from_error(PermissionDenied("start"))
    assert StopReason.from_error(OverBudget("round", Decimal(3), Decimal(2), Decimal(2))) is None
    assert StopReason.from_error(RoundClosed("x", "y")) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("many", ManyCommand()),
        ("Many \nMaya: a baker\nTomas: a pilot", ManyCommand("Maya: a baker\nTomas: a pilot")),
        ("many faces", RecallCommand("many faces")),
    ],
)
def test_command_many_with_and_without_a_list(line: str, expected: object) -> None:
    assert parse_command(line) == expected
