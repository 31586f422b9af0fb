"""Money as a team meets it: what was spent by direct message, and a production at its cap that sends nothing."""

import time
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.words.text import dollars
from playground.door import Json, text_of
from tests.flow.house import DANIEL, FERRY, FILM, LENA, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

ONE_EACH = "--each 1 --models recraft,gpt-image-2"
DIRECT = {LENA: "D0LENAORTIZ", DANIEL: "D0DANIELOKA"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Lena has cast Maya for $0.101 at most, where a production may spend $0.15 a month."""
    folder: Path = tmp_path_factory.mktemp("film")
    async with house(folder, MAX_USD_PER_PRODUCTION_MONTH="0.15") as opened:
        await opened.at_ease()
        ts = await opened.cast(f"Maya: a fisherwoman {ONE_EACH}")
        await opened.ballot(ts)
        await opened.press(DANIEL, ts, "vote:1")
        await opened.reads(ts, "1 person voted")
        await opened.press(LENA, ts, "lock")
        await opened.reads(ts, "Maya is cast")
        yield opened


async def statement(film: House, user: str, channel: str = FILM) -> Json:
    """The direct message that follows `/cast spend`, with its picture if it gets one."""
    began = time.time()
    answer = await film.asks("spend", user, channel)
    assert "in our direct message" in answer

    async def look() -> Json | None:
        told = [m for m in await film.door.messages(DIRECT[user]) if float(m["ts"]) >= began - 1]
        spoken = [m for m in told if "Spending in" in text_of(m)]
        return next((m for m in spoken if any(b["type"] == "image" for b in m["blocks"])), None)

    return await film.door.until(look, "a statement with its picture", 10)


async def test_a_production_at_its_cap_asks_nobody_and_says_who_can_raise_it(film: House) -> None:
    asked = await film.asked()
    answer = await film.asks(f"Ben: a cook {ONE_EACH}")
    assert "MAX_USD_PER_PRODUCTION_MONTH" in answer
    assert "Nothing was started." in answer
    assert await film.asked() == asked
    await film.ballot(await film.cast(f"Ben: a cook {ONE_EACH}", DANIEL, FERRY), FERRY)


async def test_what_was_spent_is_told_to_the_person_alone_and_agrees_with_the_models_bill(film: House) -> None:
    before = len(await film.door.messages(FILM))
    message = await statement(film, LENA)
    bill = sum((Decimal(str(call["price_usd"])) for call in (await film.door.bill())[:2]), Decimal(0))
    told = text_of(message)
    assert f"{dollars(bill)} this month" in told
    assert "Recraft V4.1" in told
    assert "a face" in told
    assert len(await film.door.messages(FILM)) == before, "nothing of it is in the channel"
    (file_id,) = [b["slack_file"]["id"] for b in message["blocks"] if b["type"] == "image"]
    assert (await film.door.bytes_of(file_id)).startswith(b"\x89PNG")
