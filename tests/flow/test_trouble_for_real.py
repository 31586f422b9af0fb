"""The unmodified bot while its database or its portraits are out of reach: the lead knows, and the round goes on."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from playground.door import text_of
from tests.contract.test_database_trouble import somebody_else_writes
from tests.flow.house import DANIEL, FILM, LENA, House, house
from tests.flow.test_after_a_crash import to_the_lock

pytestmark = pytest.mark.asyncio(loop_scope="module")

LENAS_OWN = "D0LENAORTIZ"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        yield opened


async def lena_reads(film: House, words: str) -> str:
    async def look() -> str | None:
        return next((text_of(m) for m in await film.door.messages(LENAS_OWN) if words in text_of(m)), None)

    return await film.door.until(look, f"the words {words!r} in Lena's own messages", 20)


async def test_while_another_program_holds_the_database_the_lead_is_told_and_then_it_works(film: House) -> None:
    file, asked = film.data / "bot" / "castroom.sqlite", await film.asked()
    with somebody_else_writes(file):
        said = await film.asks("Busy: a clerk")
        assert said.startswith("Another program holds my database. So this was not done, and nothing was spent.")
    assert await film.asked() == asked
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM rounds").fetchone() == (0,)
    database.close()
    ts = await film.cast("Busy: a clerk --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    with somebody_else_writes(file):
        await film.press(LENA, ts, "vote:1")
        assert "Another program holds my database" in text_of(await film.told(LENA, "holds"))
    await to_the_lock(film, ts, "Busy")


async def test_while_the_portraits_are_out_of_reach_no_model_is_asked_and_then_the_round_goes_on(film: House) -> None:
    folder, aside = film.data / "bot" / "portraits", film.data / "bot" / "taken away"
    asked = await film.asked()
    folder.rename(aside)
    folder.write_text("a file in place of the folder")
    ts = await film.cast("Away: a diver --each 1 --models recraft,gpt-image-2")
    told = await lena_reads(film, "Away in")
    assert "waits: I cannot reach what I keep. Nothing is lost, and meanwhile no model is asked." in told
    assert await film.asked() == asked
    assert folder.read_text() == "a file in place of the folder"
    folder.unlink()
    aside.rename(folder)
    await film.ballot(ts, seconds=30)
    assert await film.asked() == asked + 2
    await to_the_lock(film, ts, "Away")


async def test_a_face_whose_file_is_gone_is_not_locked_and_the_lead_reads_why(film: House) -> None:
    ts = await film.cast("Gone: a ghost --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    await film.press(DANIEL, ts, "vote:1")
    await film.reads(ts, "1 person voted")
    with sqlite3.connect(film.data / "bot" / "castroom.sqlite") as database:
        wanted = "SELECT portrait ->> 'key' FROM slots JOIN rounds ON rounds.id = round_id WHERE message_ts = ?"
        (key,) = database.execute(f"{wanted} AND number = 1", (ts,)).fetchone()
    database.close()
    file = film.data / "bot" / "portraits" / key
    file.rename(file.with_name("taken"))
    await film.press(LENA, ts, "lock")
    assert "missing from where I keep them, so nothing was changed" in text_of(await film.told(LENA, "missing"))
    assert "is cast" not in text_of(await film.door.message(FILM, ts))
    file.with_name("taken").rename(file)
    await film.press(LENA, ts, "lock")
    await film.reads(ts, "Gone is cast")
    assert Path(file).exists()
