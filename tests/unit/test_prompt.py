"""The one prompt every model of a round is sent."""

import pytest

from bot.brief import Brief
from bot.prompt import VERSION, VERSION_VARIED, Prompt, age_in, markers_of, same_face


def test_the_prompt_holds_the_brief_word_for_word_and_names_its_version() -> None:
    prompt = Prompt.of(Brief.of("Maya: weathered 60-year-old fisherwoman, salt-cracked lips"))
    assert "weathered 60-year-old fisherwoman, salt-cracked lips" in prompt.text
    assert prompt.version == VERSION


def test_skin_is_asked_for_by_its_imperfections_and_never_as_flawless() -> None:
    text = Prompt.of(Brief.of("Maya: a baker")).text.casefold()
    for wanted in ("pores", "fine lines", "stubble or peach fuzz", "uneven tone", "natural light", "lens"):
        assert wanted in text
    for unwanted in ("flawless", "perfect", "8k", "without ", "do not", "avoid"):
        assert unwanted not in text


def test_the_name_is_not_drawn_so_that_no_famous_face_is_asked_for_by_it() -> None:
    assert "Meryl" not in Prompt.of(Brief.of("Meryl: a baker")).text


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("weathered 60-year-old fisherwoman", 60),
        ("a nurse aged 45", 45),
        ("night-shift nurse, 45, stubble", 45),
        ("70 years old, kind", 70),
        ("a 19 year old punk", 19),
        ("wearing a coat from 1945", None),
        ("number 7 shirt", None),
        ("an old man", None),
    ],
)
def test_an_age_in_digits_is_found(text: str, age: int | None) -> None:
    assert age_in(text) == age


def test_age_is_written_as_what_can_be_seen() -> None:
    assert "crow's feet" in Prompt.of(Brief.of("Maya: 60-year-old fisherwoman")).text
    assert markers_of(25) != markers_of(65)


def test_a_variation_keeps_the_face_and_asks_for_another_moment_with_the_first_words_in_it() -> None:
    first = Prompt.of(Brief.of("Maya: a baker"))
    varied = Prompt.varied(first.text)
    assert first.text in varied.text
    assert varied.version == VERSION_VARIED
    for wanted in ("same face", "bone structure", "age", "another moment", "expression", "light"):
        assert wanted in varied.text


def test_a_variation_that_is_finished_is_to_stay_the_moment_it_is() -> None:
    first = Prompt.of(Brief.of("Maya: a baker"))
    finish = same_face(Prompt.varied(first.text).text)
    assert finish == same_face(first.text)
    assert "another moment" not in finish


def test_two_looks_at_the_same_brief_give_the_same_words() -> None:
    brief = Brief.of("Maya: a baker")
    assert Prompt.of(brief).digest == Prompt.of(brief).digest
