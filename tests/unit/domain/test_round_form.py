"""The round form, and the brief made from it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.brief import MAX_VOTING_TIME, MIN_VOTING_TIME, BallotMode, Brief, Ground, IntendedUse
from bot.domain.catalogue import Look, Size
from bot.domain.errors import BriefError, FormErrors
from bot.domain.production import ProductionSettings
from bot.domain.round_form import Draft, ReferenceKind

NOON = datetime(2026, 11, 25, 12, 7, 30, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
MAYA = Draft(name="Maya", text="a fisherwoman", closes_at=TOMORROW)


def problems_of(draft: Draft) -> dict[str, str]:
    with pytest.raises(FormErrors) as caught:
        draft.to_brief(NOON)
    return {field: error.problem for field, error in caught.value.by_field.items() if isinstance(error, BriefError)}


def make_draft(**changes: object) -> Draft:
    return Draft(**({"name": "Maya", "text": "a fisherwoman", "closes_at": TOMORROW} | changes))  # type: ignore[arg-type]


def test_brief_from_a_form_overrides_the_production_settings() -> None:
    draft = make_draft(
        look=Look.SKIN, models=("a:b",), per_model=2, size=Size.FOUR_K, ballot=BallotMode.SEALED, quorum=2,
        voters=("U1", "U2"), use=IntendedUse.FILM,
    )  # fmt: skip
    brief = draft.to_brief(NOON)
    assert (brief.name, brief.text, brief.models, brief.per_model) == ("Maya", "a fisherwoman", ("a:b",), 2)
    assert (brief.voters, brief.use, brief.closes_at) == (("U1", "U2"), IntendedUse.FILM, TOMORROW)
    settings = ProductionSettings(models=("other",), look=Look.LITERAL, ballot=BallotMode.OPEN, quorum=5, style="35 mm")
    filled = settings.apply_defaults(brief)
    assert filled == settings.apply_defaults(filled)
    assert (filled.models, filled.look, filled.ballot, filled.quorum) == (("a:b",), Look.SKIN, BallotMode.SEALED, 2)
    assert filled.style == "35 mm"


def test_frame_and_background_of_a_command_stand_in_the_form_and_come_back() -> None:
    typed = Brief("Maya", "a fisherwoman", aspect="16:9", ground=Ground.WHITE)
    draft = Draft.from_brief(typed, (), "U1", NOON)
    assert (draft.aspect, draft.ground) == ("16:9", Ground.WHITE)
    brief = draft.to_brief(NOON)
    assert (brief.aspect, brief.ground) == ("16:9", Ground.WHITE)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"name": " "}, {"name": "missing"}),
        ({"name": "M" * 81}, {"name": "too_long"}),
        ({"text": "\u202e"}, {"text": "control"}),
        ({"text": "x" * 6001}, {"text": "too_long"}),
        ({"closes_at": None}, {"until": "missing"}),
        ({"closes_at": NOON - timedelta(minutes=1)}, {"until": "past"}),
        ({"closes_at": NOON + MIN_VOTING_TIME - timedelta(seconds=1)}, {"until": "past"}),
        ({"closes_at": NOON + MAX_VOTING_TIME + timedelta(seconds=1)}, {"until": "too_far"}),
        ({"voters": ("U1", "U2"), "quorum": 3}, {"quorum": "too_many"}),
        ({"reference_kind": ReferenceKind.FACE}, {"face": "missing"}),
        ({"reference_kind": ReferenceKind.PICTURE}, {"picture": "missing", "real": "missing"}),
        (
            {"reference_kind": ReferenceKind.PICTURE, "photo_file_id": "F1", "shows_real_person": True},
            {"agreed": "missing"},
        ),
        ({"name": "", "text": "", "closes_at": None}, {"name": "missing", "text": "missing", "until": "missing"}),
    ],
)
def test_form_reports_all_errors_by_field(changes: dict[str, object], problems: dict[str, str]) -> None:
    found = problems_of(make_draft(**changes))
    # The parser of the line reports a missing brief, so the field has its name.
    assert found == problems


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_at": NOON + MIN_VOTING_TIME},
        {"closes_at": NOON + MAX_VOTING_TIME},
        {"quorum": 3},
        {"voters": ("U1",), "quorum": 1},
        {"reference_kind": ReferenceKind.PICTURE, "photo_file_id": "F1", "shows_real_person": False},
        {
            "reference_kind": ReferenceKind.PICTURE,
            "photo_file_id": "F1",
            "shows_real_person": True,
            "has_consent": True,
        },
        {"reference_kind": ReferenceKind.FACE, "reference_character": "Rui"},
    ],
)
def test_form_accepts_boundary_values(changes: dict[str, object]) -> None:
    assert make_draft(**changes).to_brief(NOON).name == "Maya"


def test_a_shorter_voting_time_can_be_allowed() -> None:
    minute = timedelta(minutes=1)
    brief = make_draft(closes_at=NOON + minute).to_brief(NOON, minute)
    assert brief.open_for == minute
    assert brief.closing_time(NOON, minute) == NOON + minute


def test_form_opens_with_defaults_and_a_rounded_deadline() -> None:
    settings = ProductionSettings(look=Look.SKIN, ballot=BallotMode.SEALED, open_for=timedelta(hours=2), quorum=3)
    brief = settings.apply_defaults(Brief("", "words"))
    draft = Draft.from_brief(brief, ("a:b",), "U1", NOON)
    assert draft.closes_at == datetime(2026, 11, 25, 14, 15, tzinfo=UTC)
    assert (draft.look, draft.ballot, draft.quorum, draft.lead) == (Look.SKIN, BallotMode.SEALED, 3, "U1")
    assert Draft.from_brief(brief, (), "U1", NOON.replace(minute=0, second=0)).closes_at == datetime(
        2026, 11, 25, 14, tzinfo=UTC
    )


def test_chosen_deadline_closes_the_vote_unless_it_is_too_near() -> None:
    brief = MAYA.to_brief(NOON)
    assert brief.closing_time(NOON + timedelta(minutes=3)) == TOMORROW
    assert brief.closing_time(TOMORROW - timedelta(minutes=1)) == TOMORROW - timedelta(minutes=1) + timedelta(days=1)
    assert Brief("Maya", "x", open_for=timedelta(hours=1)).closing_time(NOON) == NOON + timedelta(hours=1)
