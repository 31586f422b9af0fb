"""Pictures that phones and models send now and then, through both processes: transparent, tagged, CMYK, in pairs."""

from io import BytesIO

import pytest
from PIL import Image

from playground.control.client import Json, buttons_of
from tests.support.picture_files import encode, quarters, wide_gamut
from tests.support.practice_environment import FILM, LENA, PracticeEnvironment

pytestmark = pytest.mark.heavy

_TAGS = (b"practice model", b"ICC_PROFILE", b"Exif\0\0", b"my house")


async def test_unusual_answers_share_one_ground_and_tell_nothing(workspace: PracticeEnvironment) -> None:
    """One model hides magenta behind transparency, one sends CMYK, one names itself, one sends a tiny picture."""
    odd_answers = {
        "recraftv4_1": "transparent",
        "gpt-image-2": "tagged",
        "gemini-nano-banana-2.1": "cmyk",
        "gemini-3-pro-image": "tiny",
    }
    for model, spelling in odd_answers.items():
        fault = {"kind": "wrong_type", "times": 0, "spelling": spelling}
        await workspace.control_client.post(f"models/{model}/faults", fault)
    ts = await workspace.cast("Odd: a diver --each 1 --models recraft,gpt-image-2,nano-banana,nano-banana-pro")
    message = await workspace.wait_for_ballot(ts)
    votes = [button for button in buttons_of(message) if button.startswith("vote:")]
    assert len(votes) == 3, "a picture of 8 pixels is no portrait"
    for data in await wait_for_files(workspace, ts, 4):
        assert not any(tag in data for tag in _TAGS)
        with Image.open(BytesIO(data)) as image:
            assert min(image.size) > 300, "the tiny one shrinks nobody"
            pixels = image.convert("RGB").resize((60, 60)).tobytes()
        magenta = [
            n for n in range(0, len(pixels), 3) if pixels[n] > 240 and pixels[n + 1] < 40 and pixels[n + 2] > 240
        ]
        assert not magenta
    await workspace.control_client.post("models/*/faults", {"kind": "none"})
    for model in odd_answers:
        await workspace.control_client.post(f"models/{model}/faults", {"kind": "none"})


async def test_phone_photo_is_taken_as_a_reference(workspace: PracticeEnvironment) -> None:
    """An MPO in Display P3 with a comment: its first picture is sent, in sRGB, without the comment."""
    picture, profile = wide_gamut("Display P3")
    second = [quarters(((255, 0, 255),) * 4)]
    photo = encode(picture, "MPO", save_all=True, append_images=second, icc_profile=profile, comment=b"my house")
    await workspace.control_client.command(LENA, FILM, "Ben: her brother --like photo --each 2 --models nano-banana")
    form = await wait_for_photo_form(workspace)
    before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
    values: Json = {
        "cast_picture": [await workspace.control_client.attach_file(LENA, "ben.jpg", photo)],
        "cast_real": "portrait",
    }
    assert (await workspace.control_client.submit(LENA, form["id"], values))["ok"]

    async def posted() -> str | None:
        messages = await workspace.control_client.messages(FILM)
        return next((str(m["ts"]) for m in messages if m["ts"] not in before and m.get("metadata")), None)

    await workspace.wait_for_ballot(await workspace.control_client.wait_for(posted, "the round's message"))


async def test_heic_photo_gets_a_sentence(workspace: PracticeEnvironment) -> None:
    await workspace.control_client.command(LENA, FILM, "Ida: a clerk --like photo --each 2 --models nano-banana")
    form = await wait_for_photo_form(workspace)
    photo = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400)
    values: Json = {
        "cast_picture": [await workspace.control_client.attach_file(LENA, "IMG_1.heic", photo)],
        "cast_real": "portrait",
    }
    assert (await workspace.control_client.submit(LENA, form["id"], values))["ok"]
    await workspace.wait_for_ephemeral(LENA, "This is a HEIC photo, which I cannot read.")


async def wait_for_photo_form(workspace: PracticeEnvironment) -> Json:
    async def probe() -> Json | None:
        return next(iter(await workspace.control_client.modals(LENA)), None)

    return await workspace.control_client.wait_for(probe, "the form")


async def wait_for_files(workspace: PracticeEnvironment, ts: str, count: int) -> list[bytes]:
    """Return the files of the thread once there are so many."""

    async def probe() -> list[str] | None:
        thread = await workspace.control_client.thread(FILM, ts)
        ids = [file["id"] for message in thread for file in message.get("files", [])]
        return ids if len(ids) >= count else None

    ids = await workspace.control_client.wait_for(probe, f"{count} files")
    return [await workspace.control_client.download_file(file_id) for file_id in ids]
