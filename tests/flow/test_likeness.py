"""Faces that later portraits are drawn after: an earlier face, or a picture somebody attached."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.brief import Brief, Consent
from bot.errors import BriefError, NotHere
from bot.face import Face, Place
from tests.flow.theatre import DIRECTOR, FILM, LEAD, Theatre, portrait, theatre

OTHER = Place("T1", "C2")
CONSENT = Consent(LEAD, datetime(2026, 11, 24, 9, tzinfo=UTC), "They agreed to this use")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with theatre(tmp_path, keys=("recraft", "openai", "gemini")) as opened:
        yield opened


async def cast(house: Theatre, line: str = "Maya: a fisherwoman --models recraft") -> Face:
    round_ = await house.voting(line)
    await house.vote(round_, U2=1)
    return await house.casting.locking.lock(round_.id, round_.numbered(1).id, LEAD)


def photo(**how: object) -> bytes:
    """A picture that lies on its side and says where it was taken."""
    picture, out, exif = Image.open(BytesIO(portrait(3))).convert("RGB"), BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at the pier"
    picture.save(out, "JPEG", exif=exif, **how)
    return out.getvalue()


async def test_the_original_of_an_earlier_face_goes_along_and_who_takes_none_is_left_out(house: Theatre) -> None:
    face = await cast(house)
    round_ = await house.voting("Ben: her brother --like maya")
    assert set(round_.models) == {"gemini:gemini-nano"}
    assert {(a.title, a.why) for a in round_.reason.absent} == {
        ("Recraft V4.1", "no_reference"),
        ("GPT-Image-2", "no_reference"),
    }
    original = await house.storage.portraits.get(face.portrait.key)
    assert [ask.references for ask in house.studio.banana.asks] == [(original,)] * 4
    assert round_.brief.like
    assert round_.brief.like.sha256 == sha256(original).hexdigest() == face.portrait.sha256
    assert "Keep the person" in round_.prompt
    assert round_.prompt_version == "portrait-1-like"
    assert {s.price for s in round_.slots} == {house.studio.banana.facts.price(round_.brief.size, 1)}


async def test_re_rolls_keep_the_reference_and_its_price(house: Theatre) -> None:
    await cast(house)
    round_ = await house.voting("Ben: her brother --like Maya")
    slot = await house.casting.rerolling.one(round_.slots[0].id, LEAD, "again")
    assert slot.price == round_.slots[0].price
    child = await house.casting.rerolling.all(round_.id, LEAD)
    assert child.round.brief.like == round_.brief.like
    await house.audition(child.round.id)
    assert all(ask.references for ask in house.studio.banana.asks)


async def test_a_face_nobody_has_or_that_one_may_not_see_is_refused_in_the_same_words(house: Theatre) -> None:
    await cast(house)
    house.doors.private[FILM] = {LEAD}
    told = []
    for name in ("Nobody", "Maya"):
        with pytest.raises(BriefError) as caught:
            await house.open(f"Ben: x --like {name}", lead=DIRECTOR, place=OTHER)
        told.append((caught.value.field, caught.value.problem))
    assert told == [("like", "unknown")] * 2


async def test_a_face_of_a_private_channel_is_no_reference_for_those_outside_it(house: Theatre) -> None:
    await cast(house)
    house.doors.private[FILM] = {LEAD}
    with pytest.raises(NotHere) as caught:
        await house.open("Ben: x --like Maya", place=OTHER)
    assert caught.value.why == "private"
    assert await house.open("Ben: x --like Maya")


async def test_of_two_faces_of_one_name_the_channels_own_is_meant_and_else_nobody_guesses(house: Theatre) -> None:
    await cast(house)
    opened = await house.casting.opening.open_round(Brief.of("Maya: y --models recraft"), OTHER, LEAD, "there")
    round_ = await house.audition(opened.round.id)
    await house.vote(round_, U2=1)
    await house.casting.locking.lock(round_.id, round_.numbered(1).id, LEAD)
    assert await house.open("Ben: x --like Maya", place=OTHER)
    with pytest.raises(BriefError) as caught:
        await house.open("Ben: x --like Maya", place=Place("T1", "C3"))
    assert caught.value.problem == "several"


async def test_an_attached_photo_is_kept_upright_without_its_metadata_and_with_its_consent(house: Theatre) -> None:
    opening = house.casting.opening
    held = await opening.hold(Brief.of("Ben: x --like photo"), FILM, LEAD, "t")
    opened = await opening.open_like(held.wish.id, LEAD, "her brother, 30", photo(), CONSENT)
    again = await opening.open_like(held.wish.id, LEAD, "her brother, 30", photo(), CONSENT)
    assert (opened.fresh, again.fresh, opened.round.price) == (True, False, held.price)
    like = (await house.round(opened.round.id)).brief.like
    assert like
    assert (like.consent, opened.round.brief.text) == (CONSENT, "her brother, 30")
    kept = await house.storage.portraits.get(like.key)
    assert like.key.startswith(f"{opened.round.id}/")
    assert sha256(kept).hexdigest() == like.sha256
    picture = Image.open(BytesIO(kept))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (120, 90), {})
    assert b"pier" not in kept
    await house.audition(opened.round.id)
    assert house.studio.banana.asks[0].references == (kept,)


async def test_what_is_no_picture_is_refused_before_anything_is_kept_or_spent(house: Theatre) -> None:
    opening = house.casting.opening
    held = await opening.hold(Brief.of("Ben: x --like photo"), FILM, LEAD, "t")
    with pytest.raises(BriefError) as caught:
        await opening.open_like(held.wish.id, LEAD, "x", b"<html>Sign in</html>", None)
    assert (caught.value.field, caught.value.problem) == ("like", "bad_picture")
    assert await house.storage.ledger.committed("T1", house.now.date()) == 0


async def test_where_nobody_takes_a_reference_no_form_is_offered(tmp_path: Path) -> None:
    async with theatre(tmp_path) as house:
        with pytest.raises(BriefError) as caught:
            await house.casting.opening.hold(Brief.of("Ben: x --like photo"), FILM, LEAD, "t")
    assert caught.value.problem == "nobody"
