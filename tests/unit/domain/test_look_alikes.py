"""Which briefs ask for the same kind of person: hair, age and gender in their own words."""

from datetime import UTC, datetime

import pytest

from bot.domain.look_alikes import LookAlikeQuestion, appearance_of, shared_words

MAYA = "weathered 60-year-old fisherwoman, deep crow's feet, grey plait"


def shared(one: str, other: str) -> tuple[str, ...]:
    return shared_words(appearance_of(one), appearance_of(other))


@pytest.mark.parametrize(
    ("text", "colours", "styles"),
    [
        ("grey plait", {"grey"}, {"plait"}),
        ("silver, curly hair", {"grey"}, {"curls"}),
        ("her long dark hair", {"dark"}, set()),
        ("short hair", set(), {"short hair"}),
        ("grey-haired", {"grey"}, set()),
        ("hair: black, in a bun", {"dark"}, {"bun"}),
        ("a blonde with a bob", {"fair"}, {"bob"}),
        ("a bald man", {"bald"}, set()),
        ("red coat, brown eyes", set(), set()),
        ("a black coat and long hair", set(), {"long hair"}),
    ],
)
def test_hair_is_read_with_its_colour(text: str, colours: set[str], styles: set[str]) -> None:
    found = appearance_of(text)
    assert (set(found.hair_colours), set(found.hair_styles)) == (colours, styles)


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("a cook, 60", {50, 60}),
        ("a 65-year-old cook", {60}),
        ("a woman in her sixties", {60}),
        ("a man in his mid-40s", {40}),
        ("a teenage girl", {10}),
        ("a child of the quay", {0}),
        ("a middle-aged clerk", {40, 50}),
        ("an elderly man", {70, 80}),
        ("an old fisherman", {60, 70}),
        ("a young woman", {20}),
        ("a woman with an old coat", set()),
        ("a 95-year-old", {80}),
    ],
)
def test_age_is_read_as_decades(text: str, ages: set[int]) -> None:
    assert appearance_of(text).ages == ages


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("a fisherwoman", "woman"),
        ("a fisherman", "man"),
        ("an old woman who lost her husband", "woman"),
        ("a widower who misses his wife", "man"),
        ("a German clerk, human and tired", ""),
        ("a clerk", ""),
    ],
)
def test_the_first_word_for_gender_counts(text: str, gender: str) -> None:
    assert appearance_of(text).gender == gender


def test_a_pair_must_share_all_three() -> None:
    assert shared(MAYA, "lighthouse keeper, a woman aged 62, silver hair in a bun") == ("grey", "woman")
    assert shared(MAYA, "a fisherman, 60, grey plait") == (), "another gender"
    assert shared(MAYA, "a fisherwoman, 30, grey plait") == (), "another age"
    assert shared(MAYA, "a fisherwoman, 60, black plait") == (), "another colour, whatever the style"
    assert shared(MAYA, "a fisherwoman, 60, hair in a plait") == ("plait", "woman")
    assert shared(MAYA, "a fisherwoman, 60") == (), "no word for hair"
    assert shared(MAYA, "a cook with grey hair, 60") == (), "no word for gender"


def test_ages_near_a_border_are_shared() -> None:
    one, other = "a grey-haired woman, 59", "a grey-haired woman, 61"
    assert shared(one, other) == ("grey", "woman")
    assert shared(one, "a grey-haired woman, 64") == ("grey", "woman")
    assert shared("a grey-haired woman, 55", "a grey-haired woman, 64") == ()


def test_two_yeses_make_a_note_whatever_the_noes() -> None:
    asked = LookAlikeQuestion("r1", "r2", (), datetime(2026, 11, 24, tzinfo=UTC), yes=1, no=9)
    assert not asked.is_noted
    assert LookAlikeQuestion("r1", "r2", (), asked.asked_at, yes=2, no=9).is_noted
