"""Alternative texts: first the portrait, then the kind of picture, never a model."""

import pytest

from bot.domain.brief import NAME_LIMIT, TEXT_LIMIT
from handlers.text import alt_text
from tests.support.builders import CATALOGUE, make_candidate, make_voting_round

BRIEF = "weathered 60-year-old fisherwoman,\n deep crow's feet."
ALT_PREFIX = "Weathered 60-year-old fisherwoman, deep crow's feet: "


def alt_texts(name: str, brief: str) -> dict[str, str]:
    round_ = make_voting_round(name=name, text=brief)
    return {
        "sheet": alt_text.contact_sheet(round_, [1, 2, 3, 4]),
        "candidate": alt_text.candidate(round_, 2),
        "face": alt_text.face(name, brief),
        "pair": alt_text.upscale_pair(name, brief),
        "finish": alt_text.upscale(name, brief),
    }


def test_alt_text_starts_with_the_brief() -> None:
    assert alt_texts("Maya", BRIEF) == {
        "sheet": f"{ALT_PREFIX}contact sheet for Maya, candidates 1, 2, 3 and 4",
        "candidate": f"{ALT_PREFIX}candidate 2 for Maya",
        "face": f"{ALT_PREFIX}the face of Maya",
        "pair": f"{ALT_PREFIX}the face of Maya twice at one size, left the original, right the finish",
        "finish": f"{ALT_PREFIX}the face of Maya, finished larger",
    }


@pytest.mark.parametrize("kind", list(alt_texts("Maya", BRIEF)))
def test_long_brief_is_truncated_but_the_picture_is_still_named(kind: str) -> None:
    name = "M" * NAME_LIMIT
    description = alt_texts(name, "w" * TEXT_LIMIT)[kind]
    assert len(description) <= alt_text.FILE_LIMIT
    assert name in description.rsplit("…", 1)[1]


def test_alt_text_does_not_reveal_the_model() -> None:
    descriptions = {
        alt_text.candidate(make_voting_round(), number).replace(f"candidate {number}", "") for number in range(1, 5)
    }
    assert len(descriptions) == 1
    other = make_voting_round(slots=tuple(make_candidate(3 - n, n + 1) for n in range(4)))
    assert [alt_text.candidate(other, n) for n in (1, 4)] == [
        alt_text.candidate(make_voting_round(), n) for n in (1, 4)
    ]
    for model in CATALOGUE.models:
        for word in (model.title, model.id, model.name, model.wire_id, model.provider):
            assert word.casefold() not in " ".join(alt_texts("Maya", BRIEF).values()).casefold()


def test_poster_alt_text_lists_names_within_the_limit() -> None:
    assert alt_text.poster("The cast of Harbour", ["Maya", "Otto"]) == (
        "The cast of Harbour: 2 portraits with their names: Maya and Otto"
    )
    assert len(alt_text.poster("The cast", ["M" * NAME_LIMIT] * 40)) <= alt_text.FILE_LIMIT
