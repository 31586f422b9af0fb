"""Reference faces: an earlier face, or an attached picture."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from bot.domain.brief import Consent
from bot.domain.command import parse_brief
from bot.domain.errors import BriefError, NotAvailableHere
from bot.domain.face import Face
from bot.domain.ids import ChannelRef
from bot.ports.image_models import GenerationRequest
from tests.support.casting_harness import DIRECTOR, FILM, LEAD, CastingHarness, casting_harness
from tests.support.scripted_models import make_portrait

PHOTO_LINE = "Ben: x --like photo"
OTHER_CHANNEL = ChannelRef("T1", "C2")
CONSENT = Consent(LEAD, datetime(2026, 11, 24, 9, tzinfo=UTC), "They agreed to this use")


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[CastingHarness]:
    async with casting_harness(tmp_path, keys=("recraft", "openai", "gemini")) as opened:
        yield opened


async def cast_face(harness: CastingHarness, line: str = "Maya: a fisherwoman --models recraft") -> Face:
    round_ = await harness.run_to_voting(line)
    await harness.vote(round_, U2=1)
    return await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(1).id, LEAD)


def make_photo(**options: object) -> bytes:
    """Return a rotated picture with a GPS position."""
    picture, out, exif = Image.open(BytesIO(make_portrait(3))).convert("RGB"), BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at the pier"
    picture.save(out, "JPEG", exif=exif, **options)
    return out.getvalue()


async def test_reference_face_is_sent_to_models_that_accept_references(harness: CastingHarness) -> None:
    face = await cast_face(harness)
    round_ = await harness.run_to_voting("Ben: her brother --like maya")
    assert set(round_.models) == {"gemini:gemini-nano"}
    assert {(a.title, a.reason) for a in round_.routing_reason.unavailable} == {
        ("Recraft V4.1", "no_reference"),
        ("GPT-Image-2", "no_reference"),
    }
    original = await harness.storage.portraits.get(face.portrait.key)
    assert [request.references for request in harness.fake_models.banana.requests] == [(original,)] * 4
    assert round_.brief.reference
    assert round_.brief.reference.sha256 == sha256(original).hexdigest() == face.portrait.sha256
    assert "Keep the person" in round_.prompt
    assert round_.prompt_version == "portrait-2-like"
    assert {s.price for s in round_.slots} == {harness.fake_models.banana.spec.price(round_.brief.size, 1)}


async def test_portraits_that_resemble_the_reference_all_reach_the_ballot(harness: CastingHarness) -> None:
    await cast_face(harness)

    def relight(request: GenerationRequest) -> bytes:
        out = BytesIO()
        light = 0.8 + len(harness.fake_models.banana.requests) * 0.07
        ImageEnhance.Brightness(Image.open(BytesIO(request.references[0]))).enhance(light).save(out, "PNG")
        return out.getvalue()

    harness.fake_models.banana.render = relight
    round_ = await harness.run_to_voting("Ben: her brother --like Maya")
    assert (len(round_.candidates), round_.failures) == (4, ())


async def test_one_picture_sent_twice_is_one_candidate(harness: CastingHarness) -> None:
    await cast_face(harness)
    harness.fake_models.banana.render = lambda request: make_portrait(99)
    round_ = await harness.run_to_voting("Ben: her brother --like Maya")
    assert len(round_.candidates) == 1
    assert {s.failure.kind for s in round_.failures if s.failure} == {"duplicate"}


async def test_rerolls_keep_the_reference_and_its_price(harness: CastingHarness) -> None:
    await cast_face(harness)
    round_ = await harness.run_to_voting("Ben: her brother --like Maya")
    slot = await harness.casting.reroll.reroll_slot(round_.slots[0].id, LEAD, "again")
    assert slot.price == round_.slots[0].price
    child = await harness.casting.reroll.reroll_round(round_.id, LEAD)
    assert child.round.brief.reference == round_.brief.reference
    await harness.audition(child.round.id)
    assert all(request.references for request in harness.fake_models.banana.requests)


async def test_unknown_and_invisible_reference_give_the_same_error(harness: CastingHarness) -> None:
    await cast_face(harness)
    harness.channel_access.private_members[FILM] = {LEAD}
    errors = []
    for name in ("Nobody", "Maya"):
        with pytest.raises(BriefError) as caught:
            await harness.start_round(f"Ben: x --like {name}", lead=DIRECTOR, place=OTHER_CHANNEL)
        errors.append((caught.value.field, caught.value.problem))
    assert errors == [("like", "unknown")] * 2


async def test_private_face_is_no_reference_in_another_channel(harness: CastingHarness) -> None:
    await cast_face(harness)
    harness.channel_access.private_members[FILM] = {LEAD}
    with pytest.raises(NotAvailableHere) as caught:
        await harness.start_round("Ben: x --like Maya", place=OTHER_CHANNEL)
    assert caught.value.reason == "private"
    assert await harness.start_round("Ben: x --like Maya")


async def test_ambiguous_reference_prefers_the_channels_own_face(harness: CastingHarness) -> None:
    await cast_face(harness)
    opened = await harness.casting.start_round.start(
        parse_brief("Maya: y --models recraft"), OTHER_CHANNEL, LEAD, "there"
    )
    round_ = await harness.audition(opened.round.id)
    await harness.vote(round_, U2=1)
    await harness.casting.lock_face.lock(round_.id, round_.candidate_by_number(1).id, LEAD)
    assert await harness.start_round("Ben: x --like Maya", place=OTHER_CHANNEL)
    with pytest.raises(BriefError) as caught:
        await harness.start_round("Ben: x --like Maya", place=ChannelRef("T1", "C3"))
    assert caught.value.problem == "several"


async def test_attached_photo_is_stored_upright_without_metadata(harness: CastingHarness) -> None:
    opened = await harness.start_round_with_photo(PHOTO_LINE, make_photo(), CONSENT, text="her brother, 30")
    again = await harness.start_round_with_photo(PHOTO_LINE, make_photo(), CONSENT, text="her brother, 30")
    assert (opened.created, again.created, opened.round.price) == (True, False, opened.round.brief.agreed_price)
    reference = (await harness.get_round(opened.round.id)).brief.reference
    assert reference
    assert (reference.consent, opened.round.brief.text) == (CONSENT, "her brother, 30")
    stored = await harness.storage.portraits.get(reference.key)
    assert reference.key.startswith(f"{opened.round.id}/")
    assert sha256(stored).hexdigest() == reference.sha256
    picture = Image.open(BytesIO(stored))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (120, 90), {})
    assert b"pier" not in stored
    await harness.audition(opened.round.id)
    assert harness.fake_models.banana.requests[0].references == (stored,)


async def test_invalid_reference_picture_is_rejected_before_spending(harness: CastingHarness) -> None:
    with pytest.raises(BriefError) as caught:
        await harness.start_round_with_photo(PHOTO_LINE, b"<html>Sign in</html>")
    assert (caught.value.field, caught.value.problem) == ("like", "bad_picture")
    assert await harness.storage.ledger.committed("T1", harness.now.date()) == 0


async def test_no_form_is_offered_if_no_model_accepts_references(tmp_path: Path) -> None:
    async with casting_harness(tmp_path) as harness:
        with pytest.raises(BriefError) as caught:
            await harness.casting.round_form.create(FILM, LEAD, "t", parse_brief(PHOTO_LINE))
    assert caught.value.problem == "no_reference_model"
