"""The unmodified bot while its database or its portraits are out of reach: the lead knows, and the round goes on."""

import sqlite3
from pathlib import Path

import pytest

from playground.control.client import text_of
from tests.contract.ports.test_database_errors import locked_by_another_writer
from tests.support.practice_environment import DANIEL, FILM, LENA, PracticeEnvironment
from tests.support.steps import lock_after_one_vote

pytestmark = pytest.mark.heavy

BOT_SETTINGS: dict[str, str] = {}

LENA_DM = "D0LENAORTIZ"


async def wait_for_lena_dm(workspace: PracticeEnvironment, expected: str) -> str:
    async def probe() -> str | None:
        return next(
            (text_of(m) for m in await workspace.control_client.messages(LENA_DM) if expected in text_of(m)), None
        )

    return await workspace.control_client.wait_for(probe, f"the words {expected!r} in Lena's own messages", 20)


async def test_locked_database_is_reported_and_recovers(workspace: PracticeEnvironment) -> None:
    file, calls_before = workspace.data / "bot" / "castroom.sqlite", await workspace.count_model_calls()
    with locked_by_another_writer(file):
        reply = await workspace.run_command("Busy: a clerk")
        assert reply.startswith("Another program holds my database. Nothing was changed and nothing was spent.")
    assert await workspace.count_model_calls() == calls_before
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM rounds").fetchone() == (0,)
    database.close()
    ts = await workspace.cast("Busy: a clerk --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    with locked_by_another_writer(file):
        await workspace.press(LENA, ts, "vote:1")
        assert "Another program holds my database" in text_of(await workspace.wait_for_ephemeral(LENA, "holds"))
    await lock_after_one_vote(workspace, ts, "Busy")


async def test_missing_portraits_folder_pauses_the_round(workspace: PracticeEnvironment) -> None:
    folder, moved_folder = workspace.data / "bot" / "portraits", workspace.data / "bot" / "taken away"
    calls_before = await workspace.count_model_calls()
    folder.rename(moved_folder)
    folder.write_text("a file in place of the folder")
    ts = await workspace.cast("Away: a diver --each 1 --models recraft,gpt-image-2")
    notice = await wait_for_lena_dm(workspace, "Away in")
    assert "waits: my storage is not reachable. Nothing is lost, and no model is called in the meantime." in notice
    assert await workspace.count_model_calls() == calls_before
    assert folder.read_text() == "a file in place of the folder"
    folder.unlink()
    moved_folder.rename(folder)
    await workspace.wait_for_ballot(ts, seconds=30)
    assert await workspace.count_model_calls() == calls_before + 2
    await lock_after_one_vote(workspace, ts, "Away")


async def test_face_without_its_file_is_not_locked_and_the_lead_is_told(workspace: PracticeEnvironment) -> None:
    ts = await workspace.cast("Gone: a ghost --each 1 --models recraft,gpt-image-2")
    await workspace.wait_for_ballot(ts)
    await workspace.press(DANIEL, ts, "vote:1")
    await workspace.wait_for_text(ts, "1 person voted")
    with sqlite3.connect(workspace.data / "bot" / "castroom.sqlite") as database:
        query = "SELECT portrait ->> 'key' FROM slots JOIN rounds ON rounds.id = round_id WHERE message_ts = ?"
        (key,) = database.execute(f"{query} AND number = 1", (ts,)).fetchone()
    database.close()
    file = workspace.data / "bot" / "portraits" / key
    file.rename(file.with_name("taken"))
    await workspace.press(LENA, ts, "lock")
    assert "missing from storage, so nothing was changed" in text_of(
        await workspace.wait_for_ephemeral(LENA, "missing")
    )
    assert "is cast" not in text_of(await workspace.control_client.message(FILM, ts))
    file.with_name("taken").rename(file)
    await workspace.press(LENA, ts, "lock")
    await workspace.wait_for_text(ts, "Gone is cast")
    assert Path(file).exists()
