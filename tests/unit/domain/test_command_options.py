"""Options of a typed line, and defaults from the production's settings."""

from datetime import timedelta

import pytest

from bot.domain.brief import BallotMode, IntendedUse
from bot.domain.catalogue import Look
from bot.domain.command import parse_brief, parse_command
from bot.domain.command_options import LINE_LIMIT, split_line
from bot.domain.errors import BriefError
from bot.domain.production import ProductionSettings

PRODUCTION_SETTINGS = ProductionSettings(
    models=("recraft",), style="Shot on grainy film.", ballot=BallotMode.SEALED, open_for=timedelta(hours=4), quorum=3
)


def test_settings_fill_in_only_what_the_brief_omits() -> None:
    brief = PRODUCTION_SETTINGS.apply_defaults(parse_brief("Maya: a fisherwoman --ballot quick --quorum 2"))
    assert (brief.ballot, brief.quorum) == (BallotMode.OPEN, 2)
    assert (brief.models, brief.open_for, brief.style) == (("recraft",), timedelta(hours=4), "Shot on grainy film.")


def test_typed_look_or_models_override_the_default_ones() -> None:
    assert PRODUCTION_SETTINGS.apply_defaults(parse_brief("Maya: a fisherwoman --look literal")).models == ()
    named = ProductionSettings(look=Look.SKIN).apply_defaults(parse_brief("Maya: a fisherwoman --models nano-banana"))
    assert (named.models, named.look) == (("nano-banana",), None)


def test_brief_is_unchanged_without_settings() -> None:
    for command_text in ("Maya: a fisherwoman", "Maya: a fisherwoman --for 2d --look skin --quorum 4 --ballot sealed"):
        assert ProductionSettings().apply_defaults(parse_brief(command_text)) == parse_brief(command_text)


def test_use_option_accepts_only_known_uses() -> None:
    assert parse_brief("Maya: a fisherwoman —use Advertising").use is IntendedUse.ADVERTISING
    with pytest.raises(BriefError) as caught:
        parse_brief("Maya: a fisherwoman --use posters")
    assert (caught.value.field, caught.value.allowed) == ("use", ("film", "advertising", "internal"))


def test_overlong_command_is_rejected() -> None:
    for parse in (parse_command, split_line):
        with pytest.raises(BriefError) as caught:
            parse("Maya: " + "x" * LINE_LIMIT)
        assert (caught.value.field, caught.value.problem) == ("line", "too_long")
