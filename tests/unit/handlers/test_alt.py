"""What people hear who do not see a picture: first the portrait, then what picture it is, and never a model."""

import pytest

from bot.brief import NAME_LIMIT, TEXT_LIMIT
from handlers.words import alt
from tests.unit.handlers.stories import CATALOGUE, a_candidate, voting

BRIEF = "weathered 60-year-old fisherwoman,\n deep crow's feet."
HEARD = "Weathered 60-year-old fisherwoman, deep crow's feet: "


def texts(name: str, brief: str) -> dict[str, str]:
    round_ = voting(name=name, text=brief)
    return {
        "sheet": alt.sheet(round_, [1, 2, 3, 4]),
        "candidate": alt.candidate(round_, 2),
        "face": alt.face(name, brief),
        "pair": alt.pair(name, brief),
        "finish": alt.finish(name, brief),
    }


def test_a_picture_is_described_before_it_is_placed() -> None:
    assert texts("Maya", BRIEF) == {
        "sheet": f"{HEARD}contact sheet for Maya, candidates 1, 2, 3 and 4",
        "candidate": f"{HEARD}candidate 2 for Maya",
        "face": f"{HEARD}the face of Maya",
        "pair": f"{HEARD}the face of Maya twice at one size, left the original, right the finish",
        "finish": f"{HEARD}the face of Maya, finished larger",
    }


@pytest.mark.parametrize("kind", list(texts("Maya", BRIEF)))
def test_of_the_longest_brief_as_much_is_told_as_fits_and_which_picture_it_is(kind: str) -> None:
    name = "M" * NAME_LIMIT
    told = texts(name, "w" * TEXT_LIMIT)[kind]
    assert len(told) <= alt.FILE_LIMIT
    assert name in told.rsplit("…", 1)[1]


def test_portraits_of_different_models_are_described_alike_and_by_no_models_name() -> None:
    told = {alt.candidate(voting(), number).replace(f"candidate {number}", "") for number in range(1, 5)}
    assert len(told) == 1
    other = voting(slots=tuple(a_candidate(3 - n, n + 1) for n in range(4)))
    assert [alt.candidate(other, n) for n in (1, 4)] == [alt.candidate(voting(), n) for n in (1, 4)]
    for model in CATALOGUE.models:
        for word in (model.title, model.id, model.name, model.wire_id, model.provider):
            assert word.casefold() not in " ".join(texts("Maya", BRIEF).values()).casefold()


def test_a_poster_names_everybody_on_it_as_far_as_there_is_room() -> None:
    assert alt.poster("The cast of Harbour", ["Maya", "Otto"]) == (
        "The cast of Harbour: 2 portraits with their names: Maya and Otto"
    )
    assert len(alt.poster("The cast", ["M" * NAME_LIMIT] * 40)) <= alt.FILE_LIMIT
