"""Parsing of the text after /cast."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.brief import Brief, Ground, Reference
from bot.domain.catalogue import Look, Size
from bot.domain.command import (
    AliasCommand,
    PlainCommand,
    RecallCommand,
    parse_brief,
    parse_command,
)
from bot.domain.errors import BriefError
from bot.domain.names import normalize_name

FISHERWOMAN = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


def test_like_option_takes_a_name_or_a_photo() -> None:
    assert parse_brief("Ben: x --like Maya").reference == Reference("Maya")
    assert parse_brief("Ben: x --like “Old Tom” --each 2").reference == Reference("Old Tom")
    photo = parse_brief("Ben: x —like Photo").reference
    assert photo
    assert (photo.name, photo.needs_photo) == ("photo", True)
    with pytest.raises(BriefError) as caught:
        parse_brief("Ben: x --like")
    assert (caught.value.field, caught.value.problem) == ("like", "missing")


def test_name_colon_text_is_a_brief_with_default_settings() -> None:
    brief = parse_brief(f"Maya: {FISHERWOMAN}")
    assert (brief.name, brief.text) == ("Maya", FISHERWOMAN)
    assert (brief.models, brief.per_model, brief.aspect, brief.look) == ((), None, "3:4", None)
    assert (brief.open_for, brief.size) == (timedelta(hours=24), Size.DRAFT)


def test_options_are_parsed_at_any_position() -> None:
    command_text = "Maya: --look skin a fisherwoman --models recraft,gpt-image-2 --each 2 --aspect 2:3 --for 90m --4k"
    brief = parse_brief(command_text)
    assert brief.text == "a fisherwoman"
    assert (brief.models, brief.per_model, brief.aspect) == (("recraft", "gpt-image-2"), 2, "2:3")
    assert (brief.look, brief.open_for, brief.size) == (Look.SKIN, timedelta(minutes=90), Size.FOUR_K)


@pytest.mark.parametrize("dash", ["--", "—", "–"])
@pytest.mark.parametrize("quoted", ["skin", "“skin”", '"skin"', "‘skin’", "«skin»"])
def test_long_dashes_and_curly_quotes_are_accepted(dash: str, quoted: str) -> None:
    assert parse_brief(f"Maya: a baker {dash}look {quoted}").look is Look.SKIN


@pytest.mark.parametrize(
    ("command_text", "text"),
    [
        ("Maya: tired — but kind", "tired — but kind"),
        ("Maya: tired -- but kind", "tired -- but kind"),
        ("Maya: well-worn coat", "well-worn coat"),
        ("Maya: a face —weathered by wind", "a face —weathered by wind"),
        ("Maya: grey plait: long: loose", "grey plait: long: loose"),
    ],
)
def test_dash_without_an_option_stays_in_the_text(command_text: str, text: str) -> None:
    assert parse_brief(command_text).text == text


def test_first_colon_separates_the_name_also_if_full_width() -> None:
    assert parse_brief("マヤ：漁師の女性").name == "マヤ"
    assert parse_brief("Maya: a 3:4 kind of face --aspect 3：4").aspect == "3:4"
    assert parse_brief("Maya: a face --aspect 16x9").aspect == "16:9"


def test_background_is_muted_unless_white_is_asked_for() -> None:
    assert parse_brief("Maya: a face").ground is Ground.MUTED
    assert parse_brief("Maya: a face --ground White").ground is Ground.WHITE


def test_model_list_may_contain_spaces_after_commas() -> None:
    brief = parse_brief("Maya: a baker in a red coat --models recraft, gpt-image-2 , nano-banana --each 1")
    assert brief.models == ("recraft", "gpt-image-2", "nano-banana")
    assert brief.text == "a baker in a red coat"


@pytest.mark.parametrize("name", ["Zoë", "김 민수", "मीना", "Łucja O'Brien-Nowak", "عائشة", "X" * 80])
def test_name_in_any_script_is_unchanged(name: str) -> None:
    assert parse_brief(f"  {name} : a face").name == name


@pytest.mark.parametrize(
    ("command_text", "field", "problem"),
    [
        (": a face", "name", "missing"),
        (f"{'X' * 81}: a face", "name", "too_long"),
        ("Maya:   ", "brief", "missing"),
        (f"Maya: {'x' * 6001}", "brief", "too_long"),
        ("Maya --look skin", "brief", "missing"),
        ("Ma\x07ya: a face", "name", "control"),
        ("Maya: a \u202eface", "brief", "control"),
        ("Maya: a face --models", "models", "missing"),
        ("Maya: a face --each 9", "each", "not_a_count"),
        ("Maya: a face --each two", "each", "not_a_count"),
        ("Maya: a face --aspect 5:7", "aspect", "unknown"),
        ("Maya: a face --ground green", "ground", "unknown"),
        ("Maya: a face --look pretty", "look", "unknown"),
        ("Maya: a face --for soon", "for", "not_a_time"),
        ("Maya: a face --for 4m", "for", "out_of_range"),
        ("Maya: a face --for 31d", "for", "out_of_range"),
        ("Maya: a face --colour red", "option", "unknown"),
        ("Maya: a face —modles recraft", "option", "unknown"),
        ("Maya: a face --look skin --look literal", "look", "twice"),
    ],
)
def test_parse_error_names_the_field_and_the_problem(command_text: str, field: str, problem: str) -> None:
    with pytest.raises(BriefError) as caught:
        parse_command(command_text)
    assert (caught.value.field, caught.value.problem) == (field, problem)
    assert caught.value.line == command_text.strip()


def test_a_shorter_voting_time_can_be_allowed() -> None:
    brief = parse_command("Maya: a face --for 1m", timedelta(minutes=1))
    assert isinstance(brief, Brief)
    assert brief.open_for == timedelta(minutes=1)


def test_text_keeps_line_breaks_and_may_have_6000_characters() -> None:
    assert parse_brief("Maya: tall\nand grey").text == "tall\nand grey"
    assert len(parse_brief("Maya: " + "x" * 6000).text) == 6000


@pytest.mark.parametrize(
    ("command_text", "command"),
    [
        ("help", PlainCommand.HELP),
        ("?", PlainCommand.HELP),
        ("", PlainCommand.OPEN_FORM),
        ("  ", PlainCommand.OPEN_FORM),
        ("list", PlainCommand.LIST),
        ("Spend", PlainCommand.SPEND),
        ("Maya", RecallCommand("Maya")),
        ("“Maya”", RecallCommand("Maya")),
    ],
)
def test_text_without_a_brief_parses_as_another_command(command_text: str, command: object) -> None:
    assert parse_command(command_text) == command


def test_normalized_name_drops_case_and_accents_but_keeps_vowel_signs() -> None:
    assert normalize_name("ZOË  Émile") == normalize_name("zoe emile")
    assert normalize_name("Straße") == normalize_name("STRASSE")
    assert normalize_name("मीना") != normalize_name("मोना")


@given(st.text(max_size=300))
def test_any_text_parses_or_raises_a_named_problem(command_text: str) -> None:
    try:
        parse_command(command_text)
    except BriefError as error:
        assert error.field
        assert error.problem


@given(st.text(alphabet="abcäö日本 é", min_size=1, max_size=40))
def test_normalize_name_is_idempotent(name: str) -> None:
    assert normalize_name(normalize_name(name)) == normalize_name(name)


@pytest.mark.parametrize(
    ("command_text", "command"),
    [
        ("alias Maya = the fisherwoman", AliasCommand("Maya", "the fisherwoman")),
        ("ALIAS  “Maya Cruz”=Mum ", AliasCommand("Maya Cruz", "Mum")),
        ("aliases Maya = Mum", AliasCommand("Maya", "Mum")),
        ("alias the fisherwoman =", AliasCommand("the fisherwoman")),
        ("roster", PlainCommand.ROSTER),
        ("Roster ", PlainCommand.ROSTER),
        ("aliastair", RecallCommand("aliastair")),
        ("roster Maya", RecallCommand("roster Maya")),
    ],
)
def test_alias_and_roster_commands(command_text: str, command: object) -> None:
    assert parse_command(command_text) == command


def test_a_character_called_alias_can_be_cast() -> None:
    assert parse_command("Alias Smith: a = b").name == "Alias Smith"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("command_text", "problem"), [("alias Maya", "missing"), ("alias Maya = a: b", "colon"), ("alias = Mum", "missing")]
)
def test_incomplete_alias_command_is_an_error(command_text: str, problem: str) -> None:
    with pytest.raises(BriefError) as error:
        parse_command(command_text)
    assert error.value.problem == problem
