"""What a passport says, and what it never says."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.ballot import RunOff, Tally
from bot.domain.brief import PHOTO, BallotMode, Consent, Reference
from bot.domain.passport import finish_facts, locker_role, original_facts, without_user_ids
from bot.domain.production import AiTraining, ProductionSettings
from bot.domain.round import Round
from tests.support.builders import make_face
from tests.support.storage_builders import make_round
from tests.unit.handlers.test_download import KEPT_UPSCALE

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
SETTINGS = ProductionSettings(may_lock=("U0NAMED00",))


def round_with(**brief: Any) -> Round:
    round_ = make_round()
    return replace(round_, brief=replace(round_.brief, **brief))


def test_original_says_model_votes_role_time_and_hashes() -> None:
    face = replace(make_face("Maya"), lead="U0LEAD", locked_by="U0LEAD", tally={1: 3, 2: 1}, voters=3, use="film")
    facts = original_facts(face, make_round(), SETTINGS, AT)
    casting = facts.casting
    assert (facts.tool, casting["round"], casting["candidate"]) == (face.model, face.round_id, face.number)
    ballot = casting["ballot"]
    assert (ballot["kind"], ballot["tally"], ballot["voters"]) == ("open", {"1": 3, "2": 1}, 3)
    assert casting["locked_by_role"] == "lead"
    assert casting["locked_at"] == face.locked_at.isoformat(timespec="seconds")
    assert (casting["sha256"], casting["use"]) == (face.portrait.sha256, "film")
    assert casting["signed_at"] == "2026-11-29T12:00:00+00:00"


def test_sealed_ballot_gives_neither_tally_nor_answers() -> None:
    face = replace(make_face("Maya"), tally={1: 3, 2: 1}, voters=3)
    sealed = replace(round_with(ballot=BallotMode.SEALED), run_off=RunOff((1, 2), Tally({1: 2, 2: 2}, 3)))
    ballot = original_facts(face, sealed, SETTINGS, AT).casting["ballot"]
    assert ballot == {
        "kind": "sealed",
        "run_off": True,
        "voters": 3,
        "tally": None,
        "decided_by_lead": face.decided_by_lead,
    }


@pytest.mark.parametrize(
    ("locker", "role"),
    [
        ("U0LEAD", "lead"),
        ("U0NAMED00", "named"),
        ("U0ADMIN00", "administrator"),
    ],
)
def test_locker_is_a_role_and_no_person(locker: str, role: str) -> None:
    face = replace(make_face("Maya"), lead="U0LEAD", locked_by=locker)
    assert locker_role(face, SETTINGS) == role
    assert locker not in json.dumps(dict(original_facts(face, make_round(), SETTINGS, AT).casting))


@pytest.mark.parametrize(
    ("text", "signed"),
    [
        ("ask <@U0LENAORTIZ> about it", "ask someone about it"),
        ("ask <@U1|lena> about it", "ask someone about it"),
        ("as U0LENAORTIZ likes it", "as someone likes it"),
        ("a WEATHERED WOMAN in a UK port, W-42", "a WEATHERED WOMAN in a UK port, W-42"),
        ("UNDERGROUND, US, U2", "UNDERGROUND, US, U2"),
    ],
)
def test_mention_of_a_person_is_no_part_of_the_signed_prompt(text: str, signed: str) -> None:
    face = replace(make_face("Maya"), prompt=text)
    assert without_user_ids(text) == signed
    assert original_facts(face, make_round(), SETTINGS, AT).prompt == signed


@pytest.mark.parametrize(
    ("reference", "likeness"),
    [
        (None, {"of": "new_face", "consent": None}),
        (Reference("Ines", "r0/s/original", "ab"), {"of": "cast_face", "consent": None}),
        (
            Reference(PHOTO, "r1/reference/x", "ab", Consent("U0LENAORTIZ", AT, "she agreed")),
            {"of": "photo", "consent": True},
        ),
        (
            Reference(PHOTO, "r1/reference/x", "ab", Consent("U0LENAORTIZ", AT, "she agreed", AT, "U0LENAORTIZ")),
            {"of": "photo", "consent": False},
        ),
    ],
)
def test_likeness_says_of_what_and_whether_consent_is_recorded(
    reference: Reference | None, likeness: dict[str, object]
) -> None:
    facts = original_facts(make_face("Maya"), round_with(reference=reference), SETTINGS, AT)
    assert facts.casting["likeness"] == likeness


def test_finish_names_its_original_by_hash_and_its_own_model() -> None:
    facts = finish_facts(make_face("Maya"), KEPT_UPSCALE, make_round(), SETTINGS, AT)
    assert KEPT_UPSCALE.portrait
    assert (facts.tool, facts.prompt) == (KEPT_UPSCALE.model, "")
    assert facts.casting["sha256"] == KEPT_UPSCALE.portrait.sha256
    assert facts.casting["finish"]["original_sha256"] == KEPT_UPSCALE.original_sha256


def test_default_wish_is_that_faces_train_no_ai() -> None:
    assert (
        original_facts(make_face("Maya"), make_round(), ProductionSettings(), AT).ai_training is AiTraining.NOT_ALLOWED
    )
