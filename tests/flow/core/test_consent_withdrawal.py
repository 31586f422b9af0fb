"""Consent goes with the face: it is inherited, is for one use, and ends everything when it is withdrawn."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.command import parse_brief
from bot.domain.errors import BriefError, CannotUpscale, ConsentNeeded, NotAvailableHere, NotLead
from bot.domain.round_form import ReferenceKind
from bot.domain.round_state import RoundState
from bot.domain.users import User
from tests.flow.core.test_references import CONSENT, make_photo
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.personal_data import columns_with
from tests.support.storage_builders import DATABASES


@pytest.fixture(params=DATABASES)
async def harness(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CastingHarness]:
    keys = ("recraft", "openai", "gemini")
    async with casting_harness(tmp_path, database=request.param, keys=keys) as opened:
        yield opened


async def cast_from_photo(harness: CastingHarness, line: str = "Maya: a keeper --like photo --use film") -> str:
    started = await harness.start_round_with_photo(line, make_photo(), CONSENT)
    round_ = await harness.audition(started.round.id)
    await harness.vote(round_, U2=1)
    await harness.casting.lock_face.lock(round_.id, round_.slot_id_by_number[1], LEAD)
    return round_.id


async def test_a_face_drawn_after_another_inherits_photo_consent_and_use(harness: CastingHarness) -> None:
    maya = await cast_from_photo(harness)
    ben = await harness.run_to_lock("Ben: her brother --like Maya")
    carl = await harness.get_round(await harness.start_round("Carl: his son --like Ben"))
    for round_ in (await harness.get_round(ben), carl):
        assert round_.brief.reference
        assert (round_.brief.reference.consent, round_.brief.reference.origin_round) == (CONSENT, maya)
        assert round_.brief.use == "film"


@pytest.mark.parametrize(
    ("photo_use", "agreed", "other_use"), [(" --use film", "film", "advertising"), ("", "", "film")]
)
async def test_another_use_asks_for_the_consent_again_and_goes_on(
    harness: CastingHarness, photo_use: str, agreed: str, other_use: str
) -> None:
    maya = await cast_from_photo(harness, f"Maya: a keeper --like photo{photo_use}")
    with pytest.raises(ConsentNeeded) as raised:
        await harness.start_round(f"Ben: her brother --like Maya --use {other_use} --each 3")
    assert (raised.value.agreed, raised.value.use) == ((agreed,), other_use)
    draft_id = raised.value.draft_id
    for person in (DIRECTOR, PRODUCER):
        with pytest.raises(NotLead):
            await harness.casting.start_round.confirm_consent(draft_id, person, "They agreed")
    first, again = [await harness.casting.start_round.confirm_consent(draft_id, LEAD, "They agreed") for _ in range(2)]
    assert (first.created, again.created, first.round.id) == (True, False, again.round.id)
    brief = first.round.brief
    assert (brief.text, brief.per_model, brief.use) == ("her brother", 3, other_use)
    assert brief.reference
    assert brief.reference.consent
    assert [(w.person, w.use, w.wording, w.at) for w in brief.reference.consent.wider] == [
        (LEAD, other_use, "They agreed", harness.now)
    ]
    history = await harness.casting.history.get_by_name("Maya", LEAD, (await harness.get_round(maya)).place)
    assert [(e.people, e.detail) for e in history.events if e.kind == "consent_widened"] == [((LEAD,), other_use)]
    harness.advance(minutes=1)
    carl = await harness.get_round(await harness.start_round(f"Carl: his son --like Maya --use {other_use}"))
    assert carl.brief.use == other_use, "the wider consent is kept with the photo"
    with pytest.raises(ConsentNeeded):
        await harness.start_round("Dora: a cousin --like Maya --use internal")


async def test_no_agreement_is_asked_for_after_the_consent_was_withdrawn(harness: CastingHarness) -> None:
    maya = await cast_from_photo(harness)
    with pytest.raises(ConsentNeeded) as raised:
        await harness.start_round("Ben: her brother --like Maya --use advertising")
    await harness.casting.consent_withdrawal.withdraw(maya, LEAD)
    with pytest.raises(BriefError) as refused:
        await harness.casting.start_round.confirm_consent(raised.value.draft_id, LEAD, "They agreed")
    assert refused.value.problem == "consent_withdrawn"


async def test_a_form_asks_for_another_use_too(harness: CastingHarness) -> None:
    await cast_from_photo(harness)
    form = await harness.casting.round_form.create(
        FILM, LEAD, "a form", parse_brief("Ben: her brother --use advertising")
    )
    draft = replace(form.draft, reference_kind=ReferenceKind.FACE, reference_character="Maya")
    await harness.casting.round_form.reprice(form.id, LEAD, draft, 1)
    validated = await harness.casting.round_form.validate(form.id, LEAD, draft)
    with pytest.raises(ConsentNeeded) as raised:
        await harness.casting.round_form.submit(validated)
    started = await harness.casting.start_round.confirm_consent(raised.value.draft_id, LEAD, "They agreed")
    assert started.round.brief.use == "advertising"


async def test_a_withdrawn_consent_marks_every_face_and_stops_every_use(harness: CastingHarness) -> None:
    maya = await cast_from_photo(harness)
    ben = await harness.run_to_lock("Ben: her brother --like Maya")
    carl = (await harness.run_to_voting("Carl: his son --like Ben")).id
    other = await harness.run_to_lock("Tomas: a pilot")
    reference = (await harness.get_round(maya)).brief.reference
    assert reference
    assert await harness.casting.consent_withdrawal.withdraw(ben, LEAD) == 3
    for round_id in (maya, ben):
        face = await harness.storage.roster.get_face(round_id)
        assert face
        assert face.consent_withdrawn_at
        with pytest.raises(CannotUpscale):
            await harness.casting.start_upscale.reserve(round_id, 1, "recraft", LEAD)
    ended = await harness.get_round(carl)
    assert (ended.state, ended.void_reason) == (RoundState.VOID, "consent_withdrawn")
    assert not await harness.storage.portraits.has(reference.key)
    assert await columns_with(harness.storage, reference.sha256) == set(), "nothing names the photo"
    for line in ("Dora: a cousin --like Maya", "Dora: a cousin --like Ben"):
        with pytest.raises(BriefError) as raised:
            await harness.start_round(line)
        assert raised.value.problem == "consent_withdrawn"
    options = await harness.casting.recast.options(maya, LEAD)
    assert options.face.consent_withdrawn_at
    unaffected = await harness.storage.roster.get_face(other)
    assert unaffected
    assert unaffected.consent_withdrawn_at is None
    history = await harness.casting.history.get_by_name("Ben", LEAD, (await harness.get_round(ben)).place)
    assert "consent_withdrawn" in {event.kind for event in history.events}


async def test_a_repeated_withdrawal_changes_nothing(harness: CastingHarness) -> None:
    maya = await cast_from_photo(harness)
    await harness.casting.consent_withdrawal.withdraw(maya, LEAD)
    face = await harness.storage.roster.get_face(maya)
    harness.advance(hours=1)
    await harness.casting.consent_withdrawal.withdraw(maya, LEAD)
    assert await harness.storage.roster.get_face(maya) == face


async def test_only_the_lead_or_an_administrator_withdraws(harness: CastingHarness) -> None:
    maya, tomas = await cast_from_photo(harness), await harness.run_to_lock("Tomas: a pilot")
    with pytest.raises(NotLead):
        await harness.casting.consent_withdrawal.withdraw(maya, DIRECTOR)
    with pytest.raises(NotAvailableHere):
        await harness.casting.consent_withdrawal.withdraw(tomas, LEAD)
    harness.channel_access.users[PRODUCER] = User(is_admin=True)
    assert await harness.casting.consent_withdrawal.withdraw(maya, PRODUCER) == 1
