"""What people hear who do not see a picture: first the portrait, then what picture it is, and never a model."""

import pytest

from bot.domain.brief import NAME_LIMIT, TEXT_LIMIT
from handlers.text import alt_text as texts
from tests.support.builders import CATALOGUE, make_candidate, make_voting_round

BRIEF = "weathered 60-year-old fisherwoman,\n deep crow's feet."
ALT_PREFIX = "Weathered 60-year-old fisherwoman, deep crow's feet: "


def alt_texts(name: str, brief: str) -> dict[str, str]:
    round_ = make_voting_round(name=name, text=brief)
    return {
        "sheet": texts.contact_sheet(round_, [1, 2, 3, 4]),
        "candidate": texts.candidate(round_, 2),
        "face": texts.face(name, brief),
        "pair": texts.upscale_pair(name, brief),
        "finish": texts.upscale(name, brief),
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
    alt_text = alt_texts(name, "w" * TEXT_LIMIT)[kind]
    assert len(alt_text) <= texts.FILE_LIMIT
    assert name in alt_text.rsplit("…", 1)[1]


def test_alt_text_does_not_reveal_the_model() -> None:
    alt_text = {
        texts.candidate(make_voting_round(), number).replace(f"candidate {number}", "") for number in range(1, 5)
    }
    assert len(alt_text) == 1
    other = make_voting_round(slots=tuple(make_candidate(3 - n, n + 1) for n in range(4)))
    assert [texts.candidate(other, n) for n in (1, 4)] == [texts.candidate(make_voting_round(), n) for n in (1, 4)]
    for model in CATALOGUE.models:
        for word in (model.title, model.id, model.name, model.wire_id, model.provider):
            assert word.casefold() not in " ".join(alt_texts("Maya", BRIEF).values()).casefold()


def test_poster_alt_text_lists_names_within_the_limit() -> None:
    assert texts.poster("The cast of Harbour", ["Maya", "Otto"]) == (
        "The cast of Harbour: 2 portraits with their names: Maya and Otto"
    )
    assert len(texts.poster("The cast", ["M" * NAME_LIMIT] * 40)) <= texts.FILE_LIMIT
