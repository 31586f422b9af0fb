"""What a person may type after /cast, and what is made of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.brief import Brief, Like, fold
from bot.catalogue import Look, Size
from bot.errors import BriefError
from bot.wish import Filling, Helping, Listing, Naming, Picturing, Recalling, Reckoning, understand

FISHERWOMAN = "weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait"


def test_a_picture_to_keep_the_face_of_is_a_name_or_a_photo() -> None:
    assert Brief.of("Ben: x --like Maya").like == Like("Maya")
    assert Brief.of("Ben: x --like “Old Tom” --each 2").like == Like("Old Tom")
    photo = Brief.of("Ben: x —like Photo").like
    assert photo
    assert (photo.name, photo.wants_photo) == ("photo", True)
    with pytest.raises(BriefError) as caught:
        Brief.of("Ben: x --like")
    assert (caught.value.field, caught.value.problem) == ("like", "missing")


def test_a_name_a_colon_and_words_are_a_brief_with_the_usual_settings() -> None:
    brief = Brief.of(f"Maya: {FISHERWOMAN}")
    assert (brief.name, brief.text) == ("Maya", FISHERWOMAN)
    assert (brief.models, brief.each, brief.aspect, brief.look) == ((), None, "3:4", None)
    assert (brief.open_for, brief.size) == (timedelta(hours=24), Size.DRAFT)


def test_every_option_is_understood_wherever_it_stands() -> None:
    line = "Maya: --look skin a fisherwoman --models recraft,gpt-image-2 --each 2 --aspect 2:3 --for 90m --4k"
    brief = Brief.of(line)
    assert brief.text == "a fisherwoman"
    assert (brief.models, brief.each, brief.aspect) == (("recraft", "gpt-image-2"), 2, "2:3")
    assert (brief.look, brief.open_for, brief.size) == (Look.SKIN, timedelta(minutes=90), Size.FOUR_K)


@pytest.mark.parametrize("dash", ["--", "—", "–"])
@pytest.mark.parametrize("quoted", ["skin", "“skin”", '"skin"', "‘skin’", "«skin»"])
def test_long_dashes_and_curly_quotes_of_a_phone_mean_what_was_meant(dash: str, quoted: str) -> None:
    assert Brief.of(f"Maya: a baker {dash}look {quoted}").look is Look.SKIN


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("Maya: tired — but kind", "tired — but kind"),
        ("Maya: tired -- but kind", "tired -- but kind"),
        ("Maya: well-worn coat", "well-worn coat"),
        ("Maya: a face —weathered by wind", "a face —weathered by wind"),
        ("Maya: grey plait: long: loose", "grey plait: long: loose"),
    ],
)
def test_a_dash_that_starts_no_option_belongs_to_the_brief(line: str, text: str) -> None:
    assert Brief.of(line).text == text


def test_the_first_colon_divides_also_a_wide_one() -> None:
    assert Brief.of("マヤ：漁師の女性").name == "マヤ"
    assert Brief.of("Maya: a 3:4 kind of face --aspect 3：4").aspect == "3:4"


def test_a_list_of_models_may_have_spaces_after_its_commas() -> None:
    brief = Brief.of("Maya: a baker --models recraft, gpt-image-2 , nano-banana in a red coat")
    assert brief.models == ("recraft", "gpt-image-2", "nano-banana")
    assert brief.text == "a baker in a red coat"


@pytest.mark.parametrize("name", ["Zoë", "김 민수", "मीना", "Łucja O'Brien-Nowak", "عائشة", "X" * 80])
def test_names_in_any_script_are_kept_as_written(name: str) -> None:
    assert Brief.of(f"  {name} : a face").name == name


@pytest.mark.parametrize(
    ("line", "field", "problem"),
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
        ("Maya: a face --look pretty", "look", "unknown"),
        ("Maya: a face --for soon", "for", "not_a_time"),
        ("Maya: a face --for 4m", "for", "out_of_range"),
        ("Maya: a face --for 31d", "for", "out_of_range"),
        ("Maya: a face --colour red", "option", "unknown"),
        ("Maya: a face —modles recraft", "option", "unknown"),
        ("Maya: a face --look skin --look literal", "look", "twice"),
    ],
)
def test_what_cannot_be_understood_names_the_field_and_the_problem(line: str, field: str, problem: str) -> None:
    with pytest.raises(BriefError) as caught:
        understand(line)
    assert (caught.value.field, caught.value.problem) == (field, problem)
    assert caught.value.line == line.strip()


def test_a_shorter_voting_time_can_be_allowed() -> None:
    brief = understand("Maya: a face --for 1m", timedelta(minutes=1))
    assert isinstance(brief, Brief)
    assert brief.open_for == timedelta(minutes=1)


def test_line_breaks_of_a_pasted_brief_are_kept_and_the_longest_brief_fits() -> None:
    assert Brief.of("Maya: tall\nand grey").text == "tall\nand grey"
    assert len(Brief.of("Maya: " + "x" * 6000).text) == 6000


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("help", Helping()),
        ("?", Helping()),
        ("", Filling()),
        ("  ", Filling()),
        ("list", Listing()),
        ("Spend", Reckoning()),
        ("Maya", Recalling("Maya")),
        ("“Maya”", Recalling("Maya")),
    ],
)
def test_a_line_without_a_brief_asks_for_help_the_list_or_a_face(line: str, wish: object) -> None:
    assert understand(line) == wish


def test_names_fold_alike_without_case_and_accents_but_keep_the_vowels_of_other_scripts() -> None:
    assert fold("ZOË  Émile") == fold("zoe emile")
    assert fold("Straße") == fold("STRASSE")
    assert fold("मीना") != fold("मोना")


@given(st.text(max_size=300))
def test_any_text_is_a_wish_or_a_named_problem(line: str) -> None:
    try:
        understand(line)
    except BriefError as error:
        assert error.field
        assert error.problem


@given(st.text(alphabet="abcäö日本 é", min_size=1, max_size=40))
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("alias Maya = the fisherwoman", Naming("Maya", "the fisherwoman")),
        ("ALIAS  “Maya Cruz”=Mum ", Naming("Maya Cruz", "Mum")),
        ("aliases Maya = Mum", Naming("Maya", "Mum")),
        ("alias the fisherwoman =", Naming("the fisherwoman")),
        ("roster", Picturing()),
        ("Roster ", Picturing()),
        ("aliastair", Recalling("aliastair")),
        ("roster Maya", Recalling("roster Maya")),
    ],
)
def test_other_names_and_the_roster_have_words_of_their_own(line: str, wish: object) -> None:
    assert understand(line) == wish


def test_a_character_called_alias_can_be_cast() -> None:
    assert understand("Alias Smith: a = b").name == "Alias Smith"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "problem"), [("alias Maya", "missing"), ("alias Maya = a: b", "colon"), ("alias = Mum", "missing")]
)
def test_half_an_alias_opens_no_round(line: str, problem: str) -> None:
    with pytest.raises(BriefError) as error:
        understand(line)
    assert error.value.problem == problem
