"""A whole round between one person and the bot, and that nobody else learns of its face."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.flow.house import DANIEL, FILM, LENA, House, house

DIRECT = "D0LENAORTIZ"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def test_a_face_is_cast_and_recalled_in_a_direct_message_and_stays_there(film: House) -> None:
    ts = await film.cast("Sable: a fisherwoman --each 1 --models recraft", LENA, DIRECT)
    await film.ballot(ts, DIRECT)
    await film.press(LENA, ts, "vote:1", DIRECT)
    await film.reads(ts, "1 person voted", DIRECT)
    await film.press(LENA, ts, "lock", DIRECT)
    await film.reads(ts, "Sable is cast", DIRECT)
    assert "Cast in a direct message" in await film.asks("Sable", LENA, DIRECT)
    assert "Cast in a direct message" in await film.asks("Sable", LENA, FILM)
    assert "No Sable here that you may see" in await film.asks("Sable", DANIEL, FILM)
    assert "Sable" not in await film.asks("list", DANIEL, FILM)


async def test_the_form_opens_in_a_direct_message_too(film: House) -> None:
    assert (await film.door.command(LENA, DIRECT, ""))["ok"]
    await film.dialog(LENA, "in sight of nobody else")
