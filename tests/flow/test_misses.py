"""Models that refuse, fail, drag their feet or send rubbish: the team votes on what is there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.door import buttons_of, text_of
from tests.flow.house import LENA, House, house


@pytest.fixture
async def film(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, PATIENCE_SECONDS="4") as opened:
        yield opened


async def test_four_different_failures_leave_a_ballot_with_the_fifth_and_four_plain_words(film: House) -> None:
    for model, fault in (
        ("recraftv4_1_pro", {"kind": "rate_limit", "times": 0, "seconds": 1}),
        ("gpt-image-2", {"kind": "refusal", "times": 0}),
        ("gemini-nano-banana-2.1", {"kind": "truncated", "times": 0}),
        ("gemini-3-pro-image", {"kind": "hang", "times": 0}),
    ):
        await film.door.post(f"models/{model}/faults", fault)
    ts = await film.cast(
        "Five: a signalman --each 1 --models recraft,recraft-pro,gpt-image-2,nano-banana,nano-banana-pro"
    )
    text = text_of(await film.ballot(ts, seconds=15))
    assert len([b for b in buttons_of(await film.door.message("C0HARBOURFILM", ts)) if b.startswith("vote")]) == 1
    misses = [line for line in text.splitlines() if "missing" in line or "still" in line]
    assert len(misses) >= 1
    for words in ("too many", "declined", "picture"):
        assert words in text.lower(), text
    calls = await film.door.bill()
    refused = [c for c in calls if c["model"] == "gpt-image-2"]
    assert len(refused) == 1, "a refusal is not retried"


async def test_a_round_nobody_could_draw_says_why_and_frees_the_name(film: House) -> None:
    await film.door.post("models/*/faults", {"kind": "error_503", "times": 0})
    ts = await film.cast("Nobody: a ghost")
    text = await film.reads(ts, "No portrait came")
    assert text.count("Nothing was charged for it") == 4
    await film.door.post("models/*/faults", {"kind": "none"})
    await film.ballot(await film.cast("Nobody: a ghost"))


async def test_the_lead_opens_the_vote_early(tmp_path: Path) -> None:
    async with house(tmp_path) as film:
        await film.door.post("models/gpt-image-2/latency", {"least": 600, "most": 600})
        ts = await film.cast("Early: a night watchman")
        await film.shows(ts, "open_now")
        await film.press(LENA, ts, "open_now")
        message = await film.ballot(ts)
        assert len([b for b in buttons_of(message) if b.startswith("vote")]) == 2
