"""Slack refuses or drops a change of the round's message: votes count all the same, and the message catches up."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, pictures_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPDATE = "chat.update"
PASSING: dict[str, Json] = {
    "internal_error": {"kind": "error", "error": "internal_error"},
    "service_unavailable": {"kind": "error", "error": "service_unavailable"},
    "ratelimited": {"kind": "ratelimited", "seconds": 1},
    "503": {"kind": "status", "status": 503},
    "cut before": {"kind": "cut_before"},
    "cut after": {"kind": "cut_after"},
}
REFUSALS = ("message_not_found", "cant_update_message", "msg_too_long", "msg_blocks_too_long", "missing_scope")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ts(film: House) -> str:
    """A ballot whose message is at rest, for all cases here."""
    ts = await film.cast("Somebody: a cook --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)

    async def seeded() -> bool:
        return len((await film.door.message(FILM, ts)).get("reactions", [])) == 2

    await film.door.until(seeded, "the emoji to tap")
    return ts


async def taps(film: House, ts: str, person: str, number: int) -> dict[str, str]:
    """A vote, or its taking back; the person is told at once, and the label comes that the message shall get."""
    before = buttons_of(await film.door.message(FILM, ts))[f"vote:{number}"]
    now = time.time()
    await film.press(person, ts, f"vote:{number}")
    assert await film.told(person, f"vote for {number}", after=now), "told at once, whatever the message shows"
    return {f"vote:{number}": f"{number}" if "·" in before else f"{number} · 1"}


@pytest.mark.parametrize("trouble", PASSING)
async def test_after_a_trouble_that_passes_the_message_shows_the_vote_by_itself(
    film: House, ts: str, trouble: str
) -> None:
    await film.trouble(UPDATE, **PASSING[trouble])
    await film.labelled(ts, await taps(film, ts, DANIEL, 1))


@pytest.mark.parametrize("error", REFUSALS)
async def test_a_vote_whose_redraw_is_refused_counts_and_is_shown_with_the_next(
    film: House, ts: str, error: str
) -> None:
    await film.trouble(UPDATE, "error", error=error)
    voted = await taps(film, ts, DANIEL, 1)

    async def refused() -> bool:
        return any(call["error"] == error for call in await film.door.calls(UPDATE))

    await film.door.until(refused, "the refusal")
    await film.labelled(ts, voted | await taps(film, ts, MEI, 2))


async def test_where_slack_will_not_show_the_picture_votes_are_shown_without_it_and_the_close_brings_it_back(
    film: House, ts: str
) -> None:
    await film.trouble(UPDATE, "error", error="invalid_blocks", times=4)
    await film.labelled(ts, await taps(film, ts, DANIEL, 1))
    assert pictures_of(await film.door.message(FILM, ts)) == []
    await film.press(LENA, ts, "close")
    assert len(pictures_of(await film.shows(ts, "extend"))) == 1
    await film.press(LENA, ts, "extend")
    await film.ballot(ts)


async def test_a_close_that_cannot_be_drawn_at_once_is_drawn_soon(film: House, ts: str) -> None:
    await film.trouble(UPDATE, "error", error="internal_error")
    await film.press(LENA, ts, "close")
    await film.reads(ts, "voting is closed")
