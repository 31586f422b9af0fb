"""The unmodified bot while its database or its portraits are out of reach: the lead knows, and the round goes on."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from playground.control.client import text_of
from tests.contract.ports.test_database_errors import locked_by_another_writer
from tests.flow.process.test_crash_recovery import vote_and_lock
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment, practice_environment

pytestmark = pytest.mark.asyncio(loop_scope="module")

LENA_DM = "D0LENAORTIZ"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PracticeEnvironment]:
    async with practice_environment(tmp_path_factory.mktemp("film")) as opened:
        await opened.speed_up()
        yield opened


async def wait_for_lena_dm(workspace: PracticeEnvironment, expected: str) -> str:
    async def probe() -> str | None:
        return next(
            (text_of(m) for m in await workspace.control_client.messages(LENA_DM) if expected in text_of(m)), None
        )

    return await workspace.control_client.wait_for(probe, f"the words {expected!r} in Lena's own messages", 20)


async def test_locked_database_is_reported_and_recovers(film: PracticeEnvironment) -> None:
    file, calls_before = film.data / "bot" / "castroom.sqlite", await film.count_model_calls()
    with locked_by_another_writer(file):
        reply = await film.run_command("Busy: a clerk")
        assert reply.startswith("Another program holds my database. So this was not done, and nothing was spent.")
    assert await film.count_model_calls() == calls_before
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM rounds").fetchone() == (0,)
    database.close()
    ts = await film.cast("Busy: a clerk --each 1 --models recraft,gpt-image-2")
    await film.wait_for_ballot(ts)
    with locked_by_another_writer(file):
        await film.press(LENA, ts, "vote:1")
        assert "Another program holds my database" in text_of(await film.wait_for_ephemeral(LENA, "holds"))
    await vote_and_lock(film, ts, "Busy")


async def test_missing_portraits_folder_pauses_the_round(film: PracticeEnvironment) -> None:
    folder, moved_folder = film.data / "bot" / "portraits", film.data / "bot" / "taken away"
    calls_before = await film.count_model_calls()
    folder.rename(moved_folder)
    folder.write_text("a file in place of the folder")
    ts = await film.cast("Away: a diver --each 1 --models recraft,gpt-image-2")
    notice = await wait_for_lena_dm(film, "Away in")
    assert "waits: I cannot reach what I keep. Nothing is lost, and meanwhile no model is asked." in notice
    assert await film.count_model_calls() == calls_before
    assert folder.read_text() == "a file in place of the folder"
    folder.unlink()
    moved_folder.rename(folder)
    await film.wait_for_ballot(ts, seconds=30)
    assert await film.count_model_calls() == calls_before + 2
    await vote_and_lock(film, ts, "Away")


async def test_face_without_its_file_is_not_locked_and_the_lead_is_told(film: PracticeEnvironment) -> None:
    ts = await film.cast("Gone: a ghost --each 1 --models recraft,gpt-image-2")
    await film.wait_for_ballot(ts)
    await film.press(DANIEL, ts, "vote:1")
    await film.wait_for_text(ts, "1 person voted")
    with sqlite3.connect(film.data / "bot" / "castroom.sqlite") as database:
        query = "SELECT portrait ->> 'key' FROM slots JOIN rounds ON rounds.id = round_id WHERE message_ts = ?"
        (key,) = database.execute(f"{query} AND number = 1", (ts,)).fetchone()
    database.close()
    file = film.data / "bot" / "portraits" / key
    file.rename(file.with_name("taken"))
    await film.press(LENA, ts, "lock")
    assert "missing from where I keep them, so nothing was changed" in text_of(
        await film.wait_for_ephemeral(LENA, "missing")
    )
    assert "is cast" not in text_of(await film.control_client.message(FILM, ts))
    file.with_name("taken").rename(file)
    await film.press(LENA, ts, "lock")
    await film.wait_for_text(ts, "Gone is cast")
    assert Path(file).exists()
