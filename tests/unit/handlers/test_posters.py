"""The words of a cast's picture: numbers for names no font here can write, what is left out, Slack's limits."""

from datetime import UTC, datetime

import pytest

from bot.face import Character
from bot.lineup import MOST, Cast
from bot.poster import A_POSTER
from bot.production import Production
from handlers.blocks.roster import roster, with_share
from handlers.words import roster as words
from tests.unit.handlers.limits import problems
from tests.unit.handlers.stories import HOSTILE, PLACE, a_character, a_face

NOWHERE = "\U000f1234"
HARBOUR = Production("p1", PLACE, (PLACE.channel,), "Harbour")


def somebody(name: str, version: int = 1) -> Character:
    locked_at = datetime(2026, 11, 24, 18, tzinfo=UTC)
    return a_character(name, face=a_face(name, version=version, locked_at=locked_at))


def a_cast(*names: str, hidden: int = 0) -> Cast:
    return Cast(HARBOUR, tuple(somebody(name) for name in names), len(names), hidden)


def test_under_each_portrait_stand_its_name_its_version_and_when_it_was_locked() -> None:
    ((_, caption),) = words.captions(Cast(HARBOUR, (somebody("Maya", 3),), 1))
    assert (caption.name, caption.below) == ("Maya", "version 3 · 24 Nov 2026")


def test_names_that_cannot_be_written_have_numbers_which_the_message_explains() -> None:
    told = words.captions(a_cast(f"A{NOWHERE}", "Maya", f"<!channel>{NOWHERE}"))
    assert [caption.name for _, caption in told] == ["1", "Maya", "2"]
    assert words.numbered(told) == f"By number in the picture: 1 A{NOWHERE} · 2 &lt;!channel&gt;{NOWHERE}"
    assert words.numbered(words.captions(a_cast("Maya"))) == ""
    assert words.in_picture(f"The cast of {NOWHERE}") == "The cast"


@pytest.mark.parametrize(
    ("cast", "channel", "title"),
    [
        (a_cast("Maya"), "harbour-film", "The cast of Harbour"),
        (Cast(Production("p1", PLACE, ()), (), 0), "harbour-film", "The cast of #harbour-film"),
        (Cast(Production("", PLACE, ()), (), 0), "", "The cast"),
    ],
)
def test_a_cast_is_called_after_its_production_or_its_channel(cast: Cast, channel: str, title: str) -> None:
    assert words.title(cast, channel) == title


def test_whoever_shares_a_cast_reads_what_was_left_out() -> None:
    assert words.shared(a_cast("Maya"), "<#C1>") == "The cast is in <#C1>."
    assert words.shared(a_cast("Maya", hidden=1), "<#C1>") == (
        "The cast is in <#C1>. 1 face is left out: it was cast in a private channel, which not everybody there may see."
    )
    assert "2 faces are left out: they were" in words.shared(a_cast("Maya", hidden=2), "<#C1>")
    assert words.shared(a_cast(hidden=2), "<#C1>") == words.NOBODY_TO_SHARE


def test_the_largest_cast_is_within_slacks_limits_whatever_its_people_are_called() -> None:
    people = tuple(somebody(f"{HOSTILE[:70]}{NOWHERE}") for _ in range(MOST))
    cast = Cast(HARBOUR, people, 20_000)
    told = words.captions(cast)
    files = [f"F0POSTER{n}" for n in range(-(-MOST // A_POSTER))]
    view = with_share(roster(cast, "The cast", told, files, A_POSTER, words.COMING), "C1", "harbour-film")
    assert problems(view) == []
    assert f"the first {MOST} of them in the picture" in view.text
