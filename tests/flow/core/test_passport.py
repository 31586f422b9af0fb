"""A passport for each locked face: signed durably, checked against the untouched original, gone with the face."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from bot.domain.errors import NotAvailableHere, PassportUnavailable
from bot.domain.face import CredentialsState, Face, Unlock
from bot.domain.ids import passport_key
from bot.domain.passport import PassportKind, PassportStatus, VerificationState
from bot.domain.production import AiTraining, ProductionSettings
from bot.ports.image_models import GenerationRequest
from bot.ports.reports import Report
from bot.usecases.passport import JOB
from bot.usecases.sealed_ballot import SealedAnswers
from storage.erasure.person import PersonEraser
from tests.flow.core.test_consent_withdrawal import cast_from_photo
from tests.flow.core.test_deletion import delete
from tests.flow.core.test_upscale import REDRAW_CATALOGUE, REDRAWING_MODEL, UPSCALE_CATALOGUE, run_upscale
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, PRODUCER, CastingHarness, casting_harness
from tests.support.passport_keys import STUDIO, make_key, signed_by_vendor, studio_key, with_changed_pixel
from tests.support.scripted_models import make_portrait

ACCOUNTS = ("recraft", "openai", "gemini")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=ACCOUNTS, passport_key=studio_key()) as opened:
        yield opened


async def face_of(harness: CastingHarness, round_id: str) -> Face:
    face = await harness.storage.roster.get_face(round_id)
    assert face
    return face


async def sidecar_keys(harness: CastingHarness, round_id: str) -> list[str]:
    return [key for key in await harness.storage.portraits.list_keys(f"{round_id}/") if key.endswith(".c2pa")]


def draw_as_vendor(harness: CastingHarness) -> None:
    """Let every model sign what it draws."""

    def render(request: GenerationRequest) -> bytes:
        return signed_by_vendor(make_portrait(request.seed))

    for model in (harness.fake_models.skin, harness.fake_models.literal, harness.fake_models.banana):
        model.render = render


async def test_lock_starts_the_job_whose_passport_verifies_against_the_original(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    assert (JOB, round_id) in harness.started_jobs
    face = await face_of(harness, round_id)
    assert await harness.casting.passports.status(face) is PassportStatus.WAITING
    original = await harness.storage.portraits.get(face.portrait.key)
    await harness.casting.passport_signing.sign_missing(round_id)
    assert await harness.storage.portraits.get(face.portrait.key) == original
    assert await harness.casting.passports.status(face) is PassportStatus.SIGNED
    passport = await harness.casting.passports.get(round_id, PRODUCER)
    found = passport.verification
    assert (found.state, found.issuer) == (VerificationState.SIGNED_HERE, STUDIO)
    assert (found.actions, found.tools) == (("c2pa.created",), (face.model,))
    assert found.source_types == ("trainedAlgorithmicMedia",)
    assert found.ingredients == ("inputTo: prompt",)
    assert (found.prompt, found.ai_training) == (face.prompt, "notAllowed")
    assert found.casting
    assert found.casting["sha256"] == face.portrait.sha256
    assert found.casting["ballot"]["tally"]["1"] == 1
    assert json.loads(json.dumps(passport.to_json()))["signer"] == "this studio's own key"


async def test_vendors_credentials_stay_and_the_passport_is_an_update_of_them(harness: CastingHarness) -> None:
    draw_as_vendor(harness)
    round_id = await harness.run_to_lock()
    face = await face_of(harness, round_id)
    assert (face.portrait.credentials, face.portrait.credentials_by) == (CredentialsState.UNTRUSTED, "OpenAI")
    found = (await harness.casting.passports.get(round_id, LEAD)).verification
    assert found.state is VerificationState.SIGNED_HERE
    assert found.actions == ("c2pa.opened",)
    assert found.ingredients[0].startswith("parentOf")
    assert (found.tools, found.prompt) == ((face.model,), face.prompt)


async def test_original_with_broken_credentials_gets_a_passport_over_all_its_bytes(harness: CastingHarness) -> None:
    harness.fake_models.skin.render = lambda request: with_changed_pixel(
        signed_by_vendor(make_portrait(request.seed, 64, 96))
    )
    harness.fake_models.literal.render = harness.fake_models.skin.render
    round_id = await harness.run_to_lock()
    face = await face_of(harness, round_id)
    assert face.portrait.credentials is CredentialsState.BROKEN
    passport = await harness.casting.passports.get(round_id, LEAD)
    assert passport.verification.state is VerificationState.SIGNED_HERE
    assert passport.verification.casting
    assert passport.verification.casting["content_credentials"] == "broken"


@pytest.mark.parametrize("is_vendor_signed", [False, True])
async def test_changed_picture_and_foreign_key_are_told_apart(harness: CastingHarness, is_vendor_signed: bool) -> None:
    if is_vendor_signed:
        draw_as_vendor(harness)
    round_id = await harness.run_to_lock()
    passport = await harness.casting.passports.get(round_id, LEAD)
    original = await harness.storage.portraits.get(passport.face.portrait.key)
    reader = harness.credentials_reader
    changed = await reader.verify(with_changed_pixel(original), "image/png", passport.data)
    assert changed.state is VerificationState.CHANGED
    async with casting_harness(
        Path(str(harness.storage.portraits._folder)).parent / "other", passport_key=make_key(STUDIO)
    ) as other:
        stranger = await other.credentials_reader.verify(original, "image/png", passport.data)
    assert (stranger.state, stranger.issuer) == (VerificationState.SIGNED_BY_STRANGER, STUDIO)


@pytest.mark.parametrize("is_vendor_signed", [False, True])
@pytest.mark.parametrize("catalogue", [UPSCALE_CATALOGUE, REDRAW_CATALOGUE])
async def test_finish_is_derived_from_the_original(tmp_path: Path, catalogue: object, is_vendor_signed: bool) -> None:
    async with casting_harness(tmp_path, catalogue=catalogue, passport_key=studio_key()) as harness:
        round_id = await harness.run_to_lock()
        if is_vendor_signed:
            draw_as_vendor(harness)
        for model in (harness.fake_models.skin, harness.fake_models.literal):
            draw = model.render
            model.render = lambda request, draw=draw: (
                draw(request)
                if not request.references
                # type: ignore[misc]
                else (signed_by_vendor(make_portrait(3, 300, 400)) if is_vendor_signed else make_portrait(3, 300, 400))
            )
        upscale = await run_upscale(harness, round_id)
        if catalogue is REDRAW_CATALOGUE:
            await harness.casting.start_upscale.decide(round_id, upscale.id, LEAD, keep=True)
        await harness.casting.passport_signing.sign_missing(round_id)
        assert len(await sidecar_keys(harness, round_id)) == 2
        found = (await harness.casting.passports.get(round_id, LEAD, PassportKind.FINISH)).verification
        assert found.state is VerificationState.SIGNED_HERE
        assert "parentOf: original" in found.ingredients
        assert found.casting
        face = await face_of(harness, round_id)
        assert found.casting["finish"]["original_sha256"] == face.portrait.sha256
        if catalogue is REDRAW_CATALOGUE:
            assert found.actions == ("c2pa.opened", "c2pa.edited")
            assert REDRAWING_MODEL.id in found.tools
        else:
            assert found.actions == ("c2pa.opened", "c2pa.resized")
            assert found.source_types == ("algorithmicallyEnhanced",)


async def test_scheduler_restarts_what_a_crash_left_unsigned(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert harness.started_jobs.count((JOB, round_id)) == 1
    await harness.casting.passport_signing.sign_missing(round_id)
    harness.started_jobs.clear()
    await harness.casting.run_due()
    assert (JOB, round_id) not in harness.started_jobs


async def test_job_that_ran_but_was_not_recorded_signs_nothing_twice(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    await harness.casting.passport_signing.sign_missing(round_id)
    (key,) = await sidecar_keys(harness, round_id)
    signed = await harness.storage.portraits.get(key)
    await harness.storage.passports.delete([round_id])
    await harness.casting.passport_signing.sign_missing(round_id)
    assert await harness.storage.portraits.get(key) == signed
    assert await harness.storage.passports.key_of((await face_of(harness, round_id)).slot_id)


async def test_earlier_locks_are_signed_by_the_command_and_again_after_a_rotation(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=ACCOUNTS) as unsigned:
        rounds = [await unsigned.run_to_lock(f"{name}: a keeper") for name in ("Maya", "Ben")]
        with pytest.raises(PassportUnavailable, match="off"):
            await unsigned.casting.passports.get(rounds[0], LEAD)
    async with casting_harness(tmp_path, keys=ACCOUNTS, passport_key=studio_key()) as harness:
        harness.advance(days=400)
        await harness.casting.run_due()
        assert not [job for job in harness.started_jobs if job[0] == JOB]
        signed = [
            round_id async for round_id, error in harness.casting.passport_signing.sign_all(again=False) if not error
        ]
        assert sorted(signed) == sorted(rounds)
        assert [found async for found in harness.casting.passport_signing.sign_all(again=True)] == []
        before = await harness.storage.portraits.get((await sidecar_keys(harness, rounds[0]))[0])
    async with casting_harness(tmp_path, keys=ACCOUNTS, passport_key=make_key("Another root")) as rotated:
        again = [
            round_id async for round_id, error in rotated.casting.passport_signing.sign_all(again=True) if not error
        ]
        assert sorted(again) == sorted(rounds)
        assert await rotated.storage.portraits.get((await sidecar_keys(rotated, rounds[0]))[0]) != before
        found = (await rotated.casting.passports.get(rounds[0], LEAD)).verification
        assert (found.state, found.issuer) == (VerificationState.SIGNED_HERE, "Another root")


async def test_package_has_passport_certificates_and_readme(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    archive = await harness.casting.face_download.archive(round_id, DIRECTOR)
    with ZipFile(BytesIO(archive.data)) as package:
        files = {Path(name).name: package.read(name) for name in package.namelist()}
    passport = await harness.casting.passports.get(round_id, DIRECTOR)
    assert files["Maya-1-original.c2pa"] == passport.data
    assert files["Maya-1-passport-certificates.pem"] == studio_key().chain
    text = files["Maya-1-README.txt"].decode()
    assert "signed by this studio's own key" in text
    assert "Maya-1-original.c2pa" in text
    assert "certified" not in text


async def test_package_without_a_key_says_that_it_has_no_passport(tmp_path: Path) -> None:
    async with casting_harness(tmp_path, keys=ACCOUNTS) as harness:
        round_id = await harness.run_to_lock()
        archive = await harness.casting.face_download.archive(round_id, LEAD)
        with ZipFile(BytesIO(archive.data)) as package:
            assert not [name for name in package.namelist() if name.endswith((".c2pa", ".pem"))]
            assert b"There is no passport" in package.read("Maya-1/Maya-1-README.txt")
        assert await harness.casting.passports.status(await face_of(harness, round_id)) is PassportStatus.OFF


@pytest.mark.parametrize("ballot", ["", " --ballot sealed"])
async def test_no_person_and_no_sealed_answer_is_in_the_signed_bytes(harness: CastingHarness, ballot: str) -> None:
    line = f"Maya: looks like <@U0LENAORTIZ> and U0MEITANAKA, a keeper{ballot}"
    round_ = await harness.run_to_voting(line)
    people = ("U0DANIELOKA", "U0NOORHADDAD")
    if ballot:
        numbers = frozenset(round_.slot_id_by_number.values())
        for person in people:
            await harness.casting.sealed_ballots.submit(
                round_.id, person, SealedAnswers(numbers, numbers, {}, none_of_these=False)
            )
        await harness.casting.close_vote.close_ballot(round_.id)
    else:
        await harness.vote(round_, **dict.fromkeys(people, 1))
    closed = (
        await harness.casting.close_vote.close_ballot(round_.id) if not ballot else await harness.get_round(round_.id)
    )
    await harness.casting.lock_face.decide(closed.slot_id_by_number[1], LEAD)
    passport = await harness.casting.passports.get(round_.id, LEAD)
    face = passport.face
    for secret in (*people, "U0LENAORTIZ", "U0MEITANAKA", face.place.team + "\0", face.place.channel + "\0", "Maya"):
        assert secret.encode() not in passport.data
    assert b"looks like someone and someone" in passport.data
    assert passport.verification.casting
    ballot_said = passport.verification.casting["ballot"]
    assert (ballot_said["kind"], ballot_said["tally"] is None) == (("sealed", True) if ballot else ("open", False))
    for word in (b"reads_human", b"matches_character", b"flaw"):
        assert word not in passport.data


@pytest.mark.parametrize(
    ("wish", "said"),
    [(AiTraining.ALLOWED, "allowed"), (AiTraining.NOT_STATED, ""), (AiTraining.NOT_ALLOWED, "notAllowed")],
)
async def test_productions_wish_about_training_is_signed(harness: CastingHarness, wish: AiTraining, said: str) -> None:
    await harness.storage.productions.save(FILM, "", ProductionSettings(ai_training=wish))
    round_id = await harness.run_to_lock()
    passport = await harness.casting.passports.get(round_id, LEAD)
    assert passport.verification.ai_training == said
    assert (b"cawg.training-mining" in passport.data) == bool(said)


async def test_private_and_reported_faces_give_no_passport(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    harness.channel_access.private_members[FILM] = {LEAD}
    with pytest.raises(NotAvailableHere, match="unknown"):
        await harness.casting.passports.get(round_id, PRODUCER)
    slot_id = (await face_of(harness, round_id)).slot_id
    await harness.storage.reports.add(Report(round_id, slot_id, FILM.team, LEAD, "an actor", harness.now))
    with pytest.raises(NotAvailableHere, match="reported"):
        await harness.casting.passports.get(round_id, LEAD)
    assert round_id not in await harness.storage.passports.list_unsigned(harness.now.replace(year=2000), 9)


async def test_unlocked_face_keeps_a_passport_and_gets_no_new_one(harness: CastingHarness) -> None:
    signed, unsigned = await harness.run_to_lock(), await harness.run_to_lock("Ben: her brother")
    await harness.casting.passport_signing.sign_missing(signed)
    for round_id in (signed, unsigned):
        await harness.storage.roster.unlock(round_id, Unlock(LEAD, harness.now, "another idea"))
    assert (await harness.casting.passports.get(signed, LEAD)).data
    with pytest.raises(PassportUnavailable, match="unlocked"):
        await harness.casting.passports.get(unsigned, LEAD)
    await harness.casting.passport_signing.sign_missing(unsigned)
    assert await sidecar_keys(harness, unsigned) == []


async def test_withdrawn_consent_deletes_the_passport_for_good(harness: CastingHarness) -> None:
    round_id = await cast_from_photo(harness)
    passport = await harness.casting.passports.get(round_id, LEAD)
    assert passport.verification.casting
    assert passport.verification.casting["likeness"] == {"of": "photo", "consent": True}
    await harness.casting.consent_withdrawal.withdraw(round_id, LEAD)
    assert await sidecar_keys(harness, round_id) == []
    await harness.casting.passport_signing.sign_missing(round_id)
    assert await sidecar_keys(harness, round_id) == []
    with pytest.raises(PassportUnavailable, match="withdrawn"):
        await harness.casting.passports.get(round_id, LEAD)


async def test_deleted_character_leaves_no_sidecar_and_no_row(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock("Marguerite: a keeper")
    face = await face_of(harness, round_id)
    await harness.casting.passport_signing.sign_missing(round_id)
    assert await sidecar_keys(harness, round_id)
    await delete(harness, round_id)
    assert await harness.storage.portraits.list_keys(f"{round_id}/") == []
    assert await harness.storage.passports.key_of(face.slot_id) is None
    await harness.casting.passport_signing.sign_missing(round_id)
    assert await harness.storage.portraits.list_keys(f"{round_id}/") == []


async def test_erasing_a_person_deletes_the_sidecars_of_their_faces_which_are_signed_again(
    harness: CastingHarness,
) -> None:
    round_id = await harness.run_to_lock("Maya: like <@U0LENAORTIZ>, a keeper")
    await harness.casting.passport_signing.sign_missing(round_id)
    eraser = PersonEraser(harness.storage.database, harness.storage.portraits)
    await eraser.erase("U0LENAORTIZ")
    assert await sidecar_keys(harness, round_id) == []
    assert list(await harness.storage.passports.list_unsigned(harness.now.replace(year=2000), 9)) == [round_id]
    passport = await harness.casting.passports.get(round_id, LEAD)
    assert b"U0LENAORTIZ" not in passport.data


async def test_cleanup_keeps_sidecars(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    await harness.casting.passport_signing.sign_missing(round_id)
    harness.advance(days=3)
    await harness.casting.orphan_cleanup.run()
    assert len(await sidecar_keys(harness, round_id)) == 1


async def test_missing_sidecar_is_signed_on_demand(harness: CastingHarness) -> None:
    round_id = await harness.run_to_lock()
    face = await face_of(harness, round_id)
    await harness.casting.passport_signing.sign_missing(round_id)
    await harness.storage.portraits.delete(passport_key(round_id, face.slot_id))
    found = (await harness.casting.passports.get(round_id, LEAD)).verification
    assert found.state is VerificationState.SIGNED_HERE


async def test_portrait_of_an_older_version_is_read_when_its_details_are_asked_for(harness: CastingHarness) -> None:
    draw_as_vendor(harness)
    round_id = await harness.run_to_lock()
    face = await face_of(harness, round_id)
    older = replace(face, portrait=replace(face.portrait, credentials=CredentialsState.UNCHECKED, credentials_by=""))
    found = await harness.casting.passports.credentials(older)
    assert (found.state, found.issuer) == (CredentialsState.UNTRUSTED, "OpenAI")
