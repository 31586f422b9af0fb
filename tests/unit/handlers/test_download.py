"""[Download package]: the archive of a face by direct message."""

from decimal import Decimal

from bot.domain.budget import Charge
from bot.domain.errors import NotAvailableHere
from bot.domain.face import Portrait
from bot.domain.upscale import Upscale, UpscaleMethod
from bot.usecases.download import FaceArchive
from tests.support.builders import (
    HOSTILE,
    MODEL_IDS,
    NOW,
    make_face,
)
from tests.support.listener_harness import listener_harness
from tests.support.slack_payloads import message_press

LARGE_PORTRAIT = Portrait("k2", "image/png", 3018, 4096, 9_000_000, "cd" * 32)
REQUESTED_UPSCALE = Upscale(
    "r1-f1", "r1", 1, UpscaleMethod.UPSCALER, MODEL_IDS[0], Decimal("0.004"), "ab" * 32, "", None, "U0ANY", NOW
)
KEPT_UPSCALE = REQUESTED_UPSCALE.with_portrait(LARGE_PORTRAIT, Charge(Decimal("0.004"), "exact"), 3)


async def test_archive_is_sent_by_direct_message() -> None:
    archive = FaceArchive(make_face(HOSTILE), KEPT_UPSCALE, "Maya-1.zip", b"zip" * 100)
    async with listener_harness(face_download__archive=archive) as harness:
        harness.slack.replies["chat.postMessage"] = [{"ts": "9.9", "channel": "D0MINE"}]
        await harness.send(message_press("take", "r1"))
        (message,) = harness.slack.calls_to("chat.postMessage")
        (shared,) = harness.slack.calls_to("files.completeUploadExternal")
        assert (message["channel"], shared["channel_id"], shared["thread_ts"]) == ("U0LEAD", "D0MINE", "9.9")
        assert list(harness.slack.uploaded.values()) == [archive.data]
        assert "<!channel>" not in message["text"]
        assert "is in our direct messages" in harness.slack.responses[0]["text"]


async def test_download_of_a_hidden_face_is_refused() -> None:
    async with listener_harness(face_download__archive=NotAvailableHere("unknown")) as harness:
        await harness.send(message_press("take", "r1"))
        assert harness.slack.uploaded == {}
        assert "No face found here" in harness.slack.responses[0]["text"]
