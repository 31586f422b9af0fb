"""`/cast history NAME`, and reasons as people type them."""

import pytest

from bot.brief import REASON_LIMIT, reason_of
from bot.errors import BriefError
from bot.wish import Recalling, Remembering, understand


@pytest.mark.parametrize("line", ["history Maya", "  History   Maya ", "HISTORY “Maya”"])
def test_a_history_is_asked_for_by_name(line: str) -> None:
    assert understand(line) == Remembering("Maya")


def test_a_character_may_be_called_history() -> None:
    assert understand("history") == Recalling("history")
    assert understand("Historian") == Recalling("Historian")


def test_a_brief_that_begins_with_the_word_is_a_brief() -> None:
    assert not isinstance(understand("History teacher: a man of 60"), Remembering)


def test_a_reason_is_one_line_of_at_most_so_many_characters() -> None:
    assert reason_of(" too\n young ") == "too young"
    assert len(reason_of("x" * REASON_LIMIT)) == REASON_LIMIT
    for raw, problem in (("", "missing"), ("x" * (REASON_LIMIT + 1), "too_long"), ("a\x00", "control")):
        with pytest.raises(BriefError) as caught:
            reason_of(raw)
        assert (caught.value.field, caught.value.problem) == ("reason", problem)
