"""`/cast history NAME`, and typed reasons."""

import pytest

from bot.domain.brief import REASON_LIMIT, parse_reason
from bot.domain.command import HistoryCommand, RecallCommand, parse_command
from bot.domain.errors import BriefError


@pytest.mark.parametrize("command_text", ["history Maya", "  History   Maya ", "HISTORY “Maya”"])
def test_history_command_takes_a_name(command_text: str) -> None:
    assert parse_command(command_text) == HistoryCommand("Maya")


def test_a_character_may_be_called_history() -> None:
    assert parse_command("history") == RecallCommand("history")
    assert parse_command("Historian") == RecallCommand("Historian")


def test_brief_that_starts_with_history_is_a_brief() -> None:
    assert not isinstance(parse_command("History teacher: a man of 60"), HistoryCommand)


def test_reason_is_one_line_within_the_limit() -> None:
    assert parse_reason(" too\n young ") == "too young"
    assert len(parse_reason("x" * REASON_LIMIT)) == REASON_LIMIT
    for raw, problem in (("", "missing"), ("x" * (REASON_LIMIT + 1), "too_long"), ("a\x00", "control")):
        with pytest.raises(BriefError) as caught:
            parse_reason(raw)
        assert (caught.value.field, caught.value.problem) == ("reason", problem)
