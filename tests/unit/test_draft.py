"""A form as somebody left it, and the brief it comes to."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.brief import LONGEST, SHORTEST, Brief, Secrecy, Use
from bot.catalogue import Look, Size
from bot.draft import Draft, Whose
from bot.errors import BriefError, Unready
from bot.production import Customs

NOON = datetime(2026, 11, 25, 12, 7, 30, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
MAYA = Draft(name="Maya", text="a fisherwoman", until=TOMORROW)


def wrong_in(draft: Draft) -> dict[str, str]:
    with pytest.raises(Unready) as caught:
        draft.brief(NOON)
    return {field: error.problem for field, error in caught.value.wrong.items() if isinstance(error, BriefError)}


def but(**changes: object) -> Draft:
    return Draft(**({"name": "Maya", "text": "a fisherwoman", "until": TOMORROW} | changes))  # type: ignore[arg-type]


def test_a_form_filled_in_becomes_a_brief_in_which_customs_change_nothing_any_more() -> None:
    draft = but(
        look=Look.SKIN, models=("a:b",), each=2, size=Size.FOUR_K, ballot=Secrecy.SEALED, quorum=2,
        voters=("U1", "U2"), use=Use.FILM,
    )  # fmt: skip
    brief = draft.brief(NOON)
    assert (brief.name, brief.text, brief.models, brief.each) == ("Maya", "a fisherwoman", ("a:b",), 2)
    assert (brief.voters, brief.use, brief.until) == (("U1", "U2"), Use.FILM, TOMORROW)
    customs = Customs(models=("other",), look=Look.LITERAL, ballot=Secrecy.QUICK, quorum=5, style="35 mm")
    filled = customs.over(brief)
    assert filled == customs.over(filled)
    assert (filled.models, filled.look, filled.ballot, filled.quorum) == (("a:b",), Look.SKIN, Secrecy.SEALED, 2)
    assert filled.style == "35 mm"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": " "}, {"name": "missing"}),
        ({"name": "M" * 81}, {"name": "too_long"}),
        ({"text": "\u202e"}, {"text": "control"}),
        ({"text": "x" * 6001}, {"text": "too_long"}),
        ({"until": None}, {"until": "missing"}),
        ({"until": NOON - timedelta(minutes=1)}, {"until": "past"}),
        ({"until": NOON + SHORTEST - timedelta(seconds=1)}, {"until": "past"}),
        ({"until": NOON + LONGEST + timedelta(seconds=1)}, {"until": "too_far"}),
        ({"voters": ("U1", "U2"), "quorum": 3}, {"quorum": "too_many"}),
        ({"like": Whose.FACE}, {"face": "missing"}),
        ({"like": Whose.PICTURE}, {"picture": "missing", "real": "missing"}),
        ({"like": Whose.PICTURE, "picture": "F1", "real": True}, {"agreed": "missing"}),
        ({"name": "", "text": "", "until": None}, {"name": "missing", "text": "missing", "until": "missing"}),
    ],
)
def test_all_that_is_wrong_is_told_at_once_each_at_its_field(changes: dict[str, object], wrong: dict[str, str]) -> None:
    found = wrong_in(but(**changes))
    # A missing brief is found by the same eyes that read a line, which call it so.
    assert found == wrong


@pytest.mark.parametrize(
    "changes",
    [
        {"until": NOON + SHORTEST},
        {"until": NOON + LONGEST},
        {"quorum": 3},
        {"voters": ("U1",), "quorum": 1},
        {"like": Whose.PICTURE, "picture": "F1", "real": False},
        {"like": Whose.PICTURE, "picture": "F1", "real": True, "agreed": True},
        {"like": Whose.FACE, "face": "Rui"},
    ],
)
def test_what_is_just_right_is_taken(changes: dict[str, object]) -> None:
    assert but(**changes).brief(NOON).name == "Maya"


def test_a_shorter_voting_time_can_be_allowed() -> None:
    minute = timedelta(minutes=1)
    brief = but(until=NOON + minute).brief(NOON, minute)
    assert brief.open_for == minute
    assert brief.closing(NOON, minute) == NOON + minute


def test_the_form_opens_with_what_is_usual_and_a_deadline_that_people_would_say() -> None:
    customs = Customs(look=Look.SKIN, ballot=Secrecy.SEALED, open_for=timedelta(hours=2), quorum=3)
    draft = Draft.of(customs, ("a:b",), "words", "U1", NOON)
    assert draft.until == datetime(2026, 11, 25, 14, 15, tzinfo=UTC)
    assert (draft.look, draft.ballot, draft.quorum, draft.lead) == (Look.SKIN, Secrecy.SEALED, 3, "U1")
    assert Draft.of(customs, (), "", "U1", NOON.replace(minute=0, second=0)).until == datetime(
        2026, 11, 25, 14, tzinfo=UTC
    )


def test_a_picked_moment_closes_the_vote_unless_it_came_too_near_meanwhile() -> None:
    brief = MAYA.brief(NOON)
    assert brief.closing(NOON + timedelta(minutes=3)) == TOMORROW
    assert brief.closing(TOMORROW - timedelta(minutes=1)) == TOMORROW - timedelta(minutes=1) + timedelta(days=1)
    assert Brief("Maya", "x", open_for=timedelta(hours=1)).closing(NOON) == NOON + timedelta(hours=1)
