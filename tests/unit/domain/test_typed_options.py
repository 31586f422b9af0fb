"""Options as people type them: odd characters around them, several values, and words that nobody can place."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.brief import Brief, parse_name, parse_text
from bot.domain.catalogue import Look
from bot.domain.command import RecallCommand, parse_brief, parse_command
from bot.domain.errors import BriefError

INVISIBLE = (
    "\u00ad",
    "\u200b",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u2060",
    "\ufeff",
    "\u3164",
    "\u115f",
    "\u2800",
    "\ufe0f",
)
BLANKS = ("\u00a0", "\u2007", "\u202f", "\u3000", "\t", "\n")
# Each has a text and options; the words after a value are no value of it.
NOT_UNDERSTOOD = (
    "--voters @mei maybe @daniel",
    "--voters @mei or @daniel",
    "--voters @mei daniel",
    "--voters @mei but not @daniel",
    "--models recraft gpt-image-2",
    "--models recraft or nano-banana",
    "--models recraft please",
    "--each 2 or 3",
    "--each 2 portraits",
    "--aspect 3:4 upright",
    "--look skin and literal",
    "--look skin texture",
    "--for 24h please",
    "--ballot sealed please",
    "--quorum 3 people",
    "--use film only",
    "--4k yes",
    "--like “Maya” --each 2 Cruz",
    "--each 2 Cruz --look skin",
)


def rejection(line: str) -> BriefError:
    with pytest.raises(BriefError) as caught:
        parse_command(line)
    return caught.value


@pytest.mark.parametrize("char", (*INVISIBLE, *BLANKS), ids=lambda char: f"U+{ord(char):04X}")
def test_option_beside_an_odd_character_is_an_option(char: str) -> None:
    for line in (
        f"Maya: a baker{char}--look skin",
        f"Maya: a baker {char}--look skin",
        f"Maya: a baker --look{char}skin",
        f"Maya: a baker --look {char}skin",
        f"Maya: a baker --look={char}skin",
        f"Maya: a baker --look skin{char}",
        f"Maya: a baker{char}—look{char}skin{char}",
        f"Maya{char}: a baker --look skin{char} --each 2{char}",
        f"Maya:{char}--look skin{char}a baker",
    ):
        brief = parse_brief(line)
        assert (brief.name, brief.text, brief.look) == ("Maya", "a baker", Look.SKIN), line


@pytest.mark.parametrize("char", INVISIBLE, ids=lambda char: f"U+{ord(char):04X}")
def test_dashes_with_an_invisible_character_between_are_an_option(char: str) -> None:
    assert parse_brief(f"Maya: a baker -{char}-look skin").look is Look.SKIN
    assert parse_brief(f"Maya: a baker --{char}look skin").look is Look.SKIN
    assert parse_brief(f"Maya: a baker --like Ma{char}rio").reference == parse_brief("B: x --like Mario").reference
    assert parse_brief(f"Maya: a baker --models re{char}craft,{char} easel").models == ("recraft", "easel")


@pytest.mark.parametrize("dashes", ["--", "‐‐", "‑‑", "−−", "－－", "-—", "–-", "---", "-", "—", "――"])
def test_every_kind_of_dash_begins_an_option(dashes: str) -> None:
    assert parse_brief(f"Maya: a baker {dashes}look skin").look is Look.SKIN


@pytest.mark.parametrize(
    "words", ["--colour red", "--=x", "---colour", "--“look” skin", "(--colour red)", "x,--colour", "--\u200bcolour"]
)
def test_word_with_two_dashes_is_refused(words: str) -> None:
    for line in (f"Maya: a baker {words}", f"Maya:{words} a baker"):
        error = rejection(line)
        assert (error.field, error.problem) == ("option", "unknown"), line


@given(st.text(alphabet="ab -—‑\u200b\u00a0:=,.(“@", max_size=60))
def test_no_text_of_a_brief_has_a_word_with_two_dashes(text: str) -> None:
    try:
        brief = parse_brief(f"Maya: {text} --each 2")
    except BriefError:
        return
    assert not [word for word in brief.text.split() if word.startswith("--") and word.strip("-—‑")]


@pytest.mark.parametrize("text", ["--each 2", "a baker --look skin", "a baker\u200b--look skin", "a baker (--x)"])
def test_text_of_a_form_may_have_no_option_in_it(text: str) -> None:
    with pytest.raises(BriefError) as caught:
        parse_text(text, text)
    assert (caught.value.field, caught.value.problem) == ("brief", "option_inside")


@pytest.mark.parametrize(
    "text", ["tired -- but kind", "她很疲惫——但很善良", "——她很善良", "1920--30", "a — b", "co-op", "----"]
)
def test_dashes_of_a_text_stay_in_it(text: str) -> None:
    assert parse_text(text, text) == text
    assert parse_brief(f"Maya: {text}").text == text


@pytest.mark.parametrize(
    "people",
    [
        "@mei,@daniel", "@mei, @daniel", "@mei , @daniel", "@mei @daniel", "@mei and @daniel", "@mei & @daniel",
        "@mei&@daniel", "@mei und @daniel", "@mei y @daniel", "@mei et @daniel", "@mei e @daniel", "@mei + @daniel",
        "@mei; @daniel", "@mei, and @daniel", "mei and daniel", "“@mei, @daniel”", "@mei\u00a0and\u00a0@daniel",
        "@mei\u200b, @daniel\u200b", "＠mei ＠daniel", "@mei AND @daniel,",
    ],
)  # fmt: skip
def test_every_named_voter_is_a_voter(people: str) -> None:
    for line in (f"Maya: a baker --voters {people}", f"Maya: a baker --voters {people} --each 2"):
        brief = parse_brief(line)
        assert (brief.voters, brief.text) == (("mei", "daniel"), "a baker")


def test_models_are_joined_like_voters() -> None:
    for models in ("recraft and easel", "recraft & easel", "recraft, und easel", "recraft; easel", "recraft+easel"):
        assert parse_brief(f"Maya: a baker --models {models}").models == ("recraft", "easel")


@pytest.mark.parametrize("options", NOT_UNDERSTOOD)
def test_words_that_were_not_understood_are_refused(options: str) -> None:
    error = rejection(f"Maya: a baker {options}")
    assert error.problem in ("leftover", "missing"), options
    assert error.got


@pytest.mark.parametrize("options", ["--look skin and literal", "--each 2 or 3", "--models recraft or easel"])
def test_text_does_not_begin_with_the_rest_of_a_value(options: str) -> None:
    assert rejection(f"Maya: {options} a baker").problem == "leftover"


def test_separators_between_options_are_no_words() -> None:
    brief = parse_brief("Maya: a baker --look skin, --each 2 , --quorum 3;")
    assert (brief.text, brief.look, brief.per_model, brief.quorum) == ("a baker", Look.SKIN, 2, 3)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("24h", 24),
        ("24 h", 24),
        ("2 days", 48),
        ("1 week", 168),
        ("90 minutes", 1.5),
        ("3 HRS", 3),
        ("2\u00a0days", 48),
    ],
)
def test_time_may_have_its_unit_as_a_word(typed: str, hours: float) -> None:
    assert parse_brief(f"Maya: a baker --for {typed} --each 2").open_for == timedelta(hours=hours)


def test_like_takes_a_name_of_several_words_after_the_text() -> None:
    for line in ("Ben: x --like Old Tom --each 2", "Ben: x --each 2 --like Old Tom", "Ben: x --like=Old Tom"):
        reference = parse_brief(line).reference
        assert reference
        assert reference.name == "Old Tom"
    assert parse_brief("Ben: --like Tom her brother").text == "her brother"


@pytest.mark.parametrize("name", ['"Mad" Jack O\'Neil', "“Mad” Jack O’Neil", "'Mad' Jack 'Bones'", "Jack “Bones”"])
def test_name_with_quotes_is_kept_whole(name: str) -> None:
    assert parse_brief(f"{name}: a pilot").name == name
    assert parse_command(name) == RecallCommand(name)
    for typed in (name, f"'{name}'" if '"' in name else name):
        reference = parse_brief(f"Ben: x --like {typed} --each 2").reference
        assert reference
        assert reference.name == name


@pytest.mark.parametrize("typed", ["“Maya”", '"Maya"', "'Maya'", "«Maya»", "« Maya »", '"Maya', "Maya”"])
def test_quotes_around_a_whole_name_are_dropped(typed: str) -> None:
    assert parse_name(typed, typed) == "Maya"


@pytest.mark.parametrize("name", [*INVISIBLE, "\u200b\u2060", "'\u200b'", '""', "\u3164 \u3164"])
def test_name_of_invisible_characters_is_missing(name: str) -> None:
    for line in (f"{name}: a face", name):
        error = rejection(line)
        assert (error.field, error.problem) == ("name", "missing"), ascii(line)


@pytest.mark.parametrize(("quorum", "refused"), [(1, False), (2, False), (3, True), (99, True)])
def test_quorum_above_the_number_of_named_voters_is_refused(quorum: int, refused: bool) -> None:
    line = f"Maya: a baker --quorum {quorum} --voters @mei and @daniel"
    got: Any = rejection(line).problem if refused else parse_command(line)
    assert got == "above_voters" if refused else isinstance(got, Brief)
