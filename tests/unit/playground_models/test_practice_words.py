"""Traits that the practice models recognise in a brief."""

import pytest

from playground.faces.words import Traits

PROMPT_TEMPLATE = """Photographic casting portrait of one person, head and shoulders, facing the camera.

The character:
{}

Natural skin: visible pores, fine lines, uneven tone, stubble or peach fuzz where it grows. Age realistically at 81."""


def test_traits_ignore_the_prompt_template() -> None:
    traits = Traits.of(
        PROMPT_TEMPLATE.format("weathered 60-year-old fisherwoman, deep crow's feet, salt-cracked lips, grey plait")
    )
    assert (traits.age, traits.gender, traits.hair_colour, traits.hair_style) == (60, "woman", "grey", "plait")
    assert traits.marks == {"weathered", "crow's feet", "cracked lips"}
    assert traits.clothes == "oilskin"


def test_traits_of_text_without_a_template() -> None:
    traits = Traits.of("bald night-shift nurse, 45, stubble, tired")
    assert (traits.age, traits.gender, traits.hair_style, traits.expression) == (45, "man", "bald", "tired")
    assert "stubble" in traits.marks
    assert "night" not in traits.light
    assert traits.clothes == "scrubs"


def test_vague_brief_has_no_traits() -> None:
    traits = Traits.of(PROMPT_TEMPLATE.format("somebody"))
    assert (traits.age, traits.gender, traits.hair_colour, traits.expression, traits.hat) == (None,) * 5
    assert not traits.marks


@pytest.mark.parametrize(
    ("words", "age"),
    [
        ("a man aged 33", 33),
        ("woman in her late fifties", 58),
        ("elderly jazz trumpeter", 78),
        ("teenage punk", 16),
        ("little girl with a kite", 6),
        ("a 7-foot giant", None),
    ],
)
def test_age_comes_from_digits_decades_and_words(words: str, age: int | None) -> None:
    assert Traits.of(words).age == age


@pytest.mark.parametrize(
    ("words", "gender"), [("fisherwoman", "woman"), ("fisherman", "man"), ("her brother's nurse, she", "woman")]
)
def test_gender_follows_the_majority_of_words(words: str, gender: str) -> None:
    assert Traits.of(words).gender == gender


@pytest.mark.parametrize(
    ("words", "origin", "hair"),
    [
        ("elderly Black jazz trumpeter, white beard, beret", "african", "white"),
        ("woman with black hair in a black coat", None, "black"),
        ("stern Japanese train conductor, 30, uniform cap", "east asian", None),
        ("teenage punk with green hair, nose ring", None, "green"),
    ],
)
def test_colour_words_apply_to_the_noun_that_follows(words: str, origin: str | None, hair: str | None) -> None:
    traits = Traits.of(words)
    assert (traits.origin, traits.hair_colour) == (origin, hair)
