"""A whole round between one person and the bot, and that nobody else learns of its face."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment, practice_environment

LENA_DM = "D0LENAORTIZ"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PracticeEnvironment]:
    async with practice_environment(tmp_path_factory.mktemp("film")) as opened:
        await opened.speed_up()
        yield opened


async def test_face_cast_in_a_direct_message_stays_private(film: PracticeEnvironment) -> None:
    ts = await film.cast("Sable: a fisherwoman --each 1 --models recraft", LENA, LENA_DM)
    await film.wait_for_ballot(ts, LENA_DM)
    await film.press(LENA, ts, "vote:1", LENA_DM)
    await film.wait_for_text(ts, "1 person voted", LENA_DM)
    await film.press(LENA, ts, "lock", LENA_DM)
    await film.wait_for_text(ts, "Sable is cast", LENA_DM)
    assert "Cast in a direct message" in await film.run_command("Sable", LENA, LENA_DM)
    assert "Cast in a direct message" in await film.run_command("Sable", LENA, FILM)
    assert "No Sable here that you may see" in await film.run_command("Sable", DANIEL, FILM)
    assert "Sable" not in await film.run_command("list", DANIEL, FILM)


async def test_the_form_opens_in_a_direct_message_too(film: PracticeEnvironment) -> None:
    assert (await film.control_client.command(LENA, LENA_DM, ""))["ok"]
    await film.wait_for_modal(LENA, "in sight of nobody else")
