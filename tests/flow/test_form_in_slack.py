"""A round started by the form: opened, suggested to, priced, refused at its fields, and sent once."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, text_of
from tests.flow.house import DANIEL, FILM, GENERAL, LENA, MEI, QUIET, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def form(film: House, user: str = LENA, channel: str = FILM) -> Json:
    answer = await film.door.command(user, channel, "")
    assert answer["ok"], answer
    return await film.dialog(user, "Up to")


async def test_the_form_opens(film: House) -> None:
    view = await form(film)
    print(text_of(view))
    print(view["submit"])
    print(await film.door.suggest(LENA, view["id"], "cast_name", "Ma"))
