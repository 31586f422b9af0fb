"""What a typed line leaves open, and what a production's customs make of it."""

from datetime import timedelta

import pytest

from bot.brief import Brief, Secrecy, Use
from bot.catalogue import Look
from bot.errors import BriefError
from bot.line import LINE_LIMIT, options_of
from bot.production import Customs
from bot.wish import understand

HOUSE = Customs(
    models=("recraft",), style="Shot on grainy film.", ballot=Secrecy.SEALED, open_for=timedelta(hours=4), quorum=3
)


def test_what_a_brief_says_itself_stands_and_the_customs_fill_in_the_rest() -> None:
    brief = HOUSE.over(Brief.of("Maya: a fisherwoman --ballot quick --quorum 2"))
    assert (brief.ballot, brief.quorum) == (Secrecy.QUICK, 2)
    assert (brief.models, brief.open_for, brief.style) == (("recraft",), timedelta(hours=4), "Shot on grainy film.")


def test_a_look_that_was_typed_is_not_overruled_by_the_usual_models_nor_models_by_the_usual_look() -> None:
    assert HOUSE.over(Brief.of("Maya: a fisherwoman --look literal")).models == ()
    named = Customs(look=Look.SKIN).over(Brief.of("Maya: a fisherwoman --models nano-banana"))
    assert (named.models, named.look) == (("nano-banana",), None)


def test_without_customs_a_brief_is_as_it_was_typed() -> None:
    for line in ("Maya: a fisherwoman", "Maya: a fisherwoman --for 2d --look skin --quorum 4 --ballot sealed"):
        assert Customs().over(Brief.of(line)) == Brief.of(line)


def test_what_a_face_is_for_can_be_typed_and_nothing_else_is_taken_for_it() -> None:
    assert Brief.of("Maya: a fisherwoman —use Advertising").use is Use.ADVERTISING
    with pytest.raises(BriefError) as caught:
        Brief.of("Maya: a fisherwoman --use posters")
    assert (caught.value.field, caught.value.known) == ("use", ("film", "advertising", "internal"))


def test_a_line_longer_than_anybody_types_is_not_looked_through() -> None:
    for read in (understand, options_of):
        with pytest.raises(BriefError) as caught:
            read("Maya: " + "x" * LINE_LIMIT)
        assert (caught.value.field, caught.value.problem) == ("line", "too_long")
