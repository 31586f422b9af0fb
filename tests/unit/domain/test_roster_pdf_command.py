"""`/cast share roster` with its options, and lines that are something else."""

import pytest

from bot.domain.brief import Brief
from bot.domain.command import RecallCommand, RosterPdfCommand, parse_command
from bot.domain.errors import BriefError


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("share roster", RosterPdfCommand()),
        ("Share  Roster --review", RosterPdfCommand(is_for_review=True)),
        ("share roster —watermark Harbour Film", RosterPdfCommand(watermark="Harbour Film")),
        ('share roster --watermark "Client cut" --review', RosterPdfCommand(True, "Client cut")),
    ],
)
def test_options_of_the_pdf(line: str, expected: RosterPdfCommand) -> None:
    assert parse_command(line) == expected


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("share roster please", "share"),
        ("share roster --review now", "share"),
        ("share roster --watermark", "watermark"),
        ("share roster --watermark " + "x" * 61, "watermark"),
        ("share roster --review --review", "share"),
    ],
)
def test_unknown_words_are_refused(line: str, field: str) -> None:
    with pytest.raises(BriefError) as caught:
        parse_command(line)
    assert caught.value.field == field


def test_a_brief_or_a_name_that_begins_alike_is_none() -> None:
    assert isinstance(parse_command("Share Roster: a sailor"), Brief)
    assert parse_command("share rosters") == RecallCommand("share rosters")
