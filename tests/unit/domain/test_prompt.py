"""The prompt that every model of a round receives."""

import pytest

from bot.domain.command import parse_brief
from bot.domain.prompt import VERSION, VERSION_VARIATION, WHITE_SUFFIX, Prompt, age_markers, find_age, upscale_prompt


def test_prompt_contains_the_brief_verbatim_and_its_version() -> None:
    prompt = Prompt.for_brief(parse_brief("Maya: weathered 60-year-old fisherwoman, salt-cracked lips"))
    assert "weathered 60-year-old fisherwoman, salt-cracked lips" in prompt.text
    assert prompt.version == VERSION


def test_prompt_describes_skin_by_its_imperfections() -> None:
    text = Prompt.for_brief(parse_brief("Maya: a baker")).text.casefold()
    for expected in ("pores", "fine lines", "stubble or peach fuzz", "uneven tone", "natural light", "lens"):
        assert expected in text
    for unwanted in ("flawless", "perfect", "8k", "without ", "do not", "avoid"):
        assert unwanted not in text


def test_prompt_omits_the_character_name() -> None:
    assert "Meryl" not in Prompt.for_brief(parse_brief("Meryl: a baker")).text


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
    assert find_age(text) == age


def test_age_becomes_visible_features() -> None:
    assert "crow's feet" in Prompt.for_brief(parse_brief("Maya: 60-year-old fisherwoman")).text
    assert age_markers(25) != age_markers(65)


def test_variation_prompt_keeps_the_face_and_the_original_prompt() -> None:
    first = Prompt.for_brief(parse_brief("Maya: a baker"))
    varied = Prompt.for_variation(first.text)
    assert first.text in varied.text
    assert varied.version == VERSION_VARIATION
    for phrase in ("same face", "bone structure", "age", "another moment", "expression", "light"):
        assert phrase in varied.text


def test_upscale_prompt_of_a_variation_keeps_its_moment() -> None:
    first = Prompt.for_brief(parse_brief("Maya: a baker"))
    again = upscale_prompt(Prompt.for_variation(first.text).text)
    assert again == upscale_prompt(first.text)
    assert "another moment" not in again


def test_white_ground_changes_the_background_and_nothing_else() -> None:
    muted, white = (Prompt.for_brief(parse_brief(f"Maya: a baker {option}")) for option in ("", "--ground white"))
    assert "plain muted background" in muted.text
    assert "pure white seamless background" in white.text
    assert white.version == VERSION + WHITE_SUFFIX
    assert len(set(white.text.split(", ")) ^ set(muted.text.split(", "))) <= 5, "the background's words"


def test_wide_frame_keeps_the_person_in_the_middle() -> None:
    text = Prompt.for_brief(parse_brief("Maya: a baker --aspect 16:9")).text
    assert "wide 16:9 frame with the person in the middle" in text


def test_prompt_is_deterministic() -> None:
    brief = parse_brief("Maya: a baker")
    assert Prompt.for_brief(brief).digest == Prompt.for_brief(brief).digest
