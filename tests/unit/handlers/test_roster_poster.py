"""The roster poster: captions, numbered names, hidden faces, Slack's limits."""

from datetime import UTC, datetime

import pytest

from bot.domain.face import Character
from bot.domain.production import Production
from bot.imaging.poster import FACES_PER_POSTER
from bot.usecases.roster_poster import MAX_FACES, VisibleRoster
from handlers.text import roster as roster_text
from handlers.views.roster import roster, with_share_button
from tests.support.builders import HOSTILE, PLACE, make_character, make_face
from tests.support.slack_limits import limit_problems

UNSUPPORTED_GLYPH = "\U000f1234"
PRODUCTION = Production("p1", PLACE, (PLACE.channel,), "Harbour")


def make_cast_character(name: str, version: int = 1) -> Character:
    locked_at = datetime(2026, 11, 24, 18, tzinfo=UTC)
    return make_character(name, face=make_face(name, version=version, locked_at=locked_at))


def make_roster(*names: str, hidden: int = 0) -> VisibleRoster:
    return VisibleRoster(PRODUCTION, tuple(make_cast_character(name) for name in names), len(names), hidden)


def test_caption_shows_name_version_and_lock_date() -> None:
    ((_, caption),) = roster_text.captions(VisibleRoster(PRODUCTION, (make_cast_character("Maya", 3),), 1))
    assert (caption.name, caption.subtitle) == ("Maya", "version 3 · 24 Nov 2026")


def test_unsupported_names_are_numbered_and_explained() -> None:
    captions = roster_text.captions(make_roster(f"A{UNSUPPORTED_GLYPH}", "Maya", f"<!channel>{UNSUPPORTED_GLYPH}"))
    assert [caption.name for _, caption in captions] == ["1", "Maya", "2"]
    assert (
        roster_text.number_legend(captions)
        == f"By number in the picture: 1 A{UNSUPPORTED_GLYPH} · 2 &lt;!channel&gt;{UNSUPPORTED_GLYPH}"
    )
    assert roster_text.number_legend(roster_text.captions(make_roster("Maya"))) == ""
    assert roster_text.drawable_title(f"The cast of {UNSUPPORTED_GLYPH}") == "The cast"


@pytest.mark.parametrize(
    ("visible_roster", "channel", "title"),
    [
        (make_roster("Maya"), "harbour-film", "The cast of Harbour"),
        (VisibleRoster(Production("p1", PLACE, ()), (), 0), "harbour-film", "The cast of #harbour-film"),
        (VisibleRoster(Production("", PLACE, ()), (), 0), "", "The cast"),
    ],
)
def test_poster_title_is_the_production_or_the_channel(visible_roster: VisibleRoster, channel: str, title: str) -> None:
    assert roster_text.title(visible_roster, channel) == title


def test_share_receipt_mentions_hidden_faces() -> None:
    assert roster_text.shared(make_roster("Maya"), "<#C1>") == "The cast is in <#C1>."
    assert roster_text.shared(make_roster("Maya", hidden=1), "<#C1>") == (
        "The cast is in <#C1>. 1 face is left out: it was cast in a private channel, which not everyone there can see."
    )
    assert "2 faces are left out: they were" in roster_text.shared(make_roster("Maya", hidden=2), "<#C1>")
    assert roster_text.shared(make_roster(hidden=2), "<#C1>") == roster_text.NOTHING_TO_SHARE


def test_largest_roster_is_within_slacks_limits() -> None:
    people = tuple(make_cast_character(f"{HOSTILE[:70]}{UNSUPPORTED_GLYPH}") for _ in range(MAX_FACES))
    visible_roster = VisibleRoster(PRODUCTION, people, 20_000)
    captions = roster_text.captions(visible_roster)
    files = [f"F0POSTER{n}" for n in range(-(-MAX_FACES // FACES_PER_POSTER))]
    view = with_share_button(
        roster(visible_roster, "The cast", captions, files, FACES_PER_POSTER, roster_text.RENDERING),
        "C1",
        "harbour-film",
    )
    assert limit_problems(view) == []
    assert f"the first {MAX_FACES} of them in the picture" in view.text
