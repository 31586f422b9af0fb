"""Buttons a week old, after both processes were started anew: nothing they need was only in memory."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta

import pytest

from playground.control.client import Json, buttons_of, menu_of, pictures_of, text_of
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, PracticeEnvironment

pytestmark = pytest.mark.heavy

BOT_SETTINGS: dict[str, str] = {}
MODEL_SECONDS = 0.05

TWO_MODELS = "--each 1 --models recraft,gpt-image-2"
WEEK, MICROSECOND = timedelta(days=7), timedelta(microseconds=1)
AGE_STATEMENTS = (
    "UPDATE rounds SET opened_at = opened_at - :week, patience_until = patience_until - :week",
    "UPDATE slots SET requested_at = requested_at - :week",
    "UPDATE faces SET locked_at = locked_at - :week",
)


async def speed_up(workspace: PracticeEnvironment) -> None:
    await workspace.speed_up()
    await workspace.control_client.post("models/*/latency", {"least": 0.05, "most": 0.05})


async def create_old_rounds(workspace: PracticeEnvironment) -> dict[str, str]:
    """Rounds in every state, each message's address by name; then a week passes, and both processes start anew."""
    ts_by_name = {}
    for name, options in (("Vote", "--for 14d"), ("Sealed", "--for 14d --ballot sealed"), ("Closed", ""), ("Cast", "")):
        ts_by_name[name] = await workspace.cast(f"{name}: a cook {TWO_MODELS} {options}")
    for name in ("Vote", "Closed", "Cast"):
        await workspace.wait_for_ballot(ts_by_name[name])
    await workspace.wait_for_button(ts_by_name["Sealed"], "paper")
    for name in ("Closed", "Cast"):
        await workspace.press(DANIEL, ts_by_name[name], "vote:2")
        await workspace.press(LENA, ts_by_name[name], "close")
        await workspace.wait_for_button(ts_by_name[name], "extend")
    await workspace.press(LENA, ts_by_name["Cast"], "lock")
    await workspace.wait_for_text(ts_by_name["Cast"], "Cast is cast")
    await workspace.control_client.command(MEI, FILM, "Cast")
    ts_by_name["answer"] = str((await workspace.wait_for_ephemeral(MEI, "candidate 2"))["ts"])
    await workspace.kill()
    _age_database(workspace)
    await workspace.start()
    await speed_up(workspace)
    return ts_by_name


def _age_database(workspace: PracticeEnvironment) -> None:
    """What the bot knows of rounds and slots lies a week further back; only deadlines stay."""
    with closing(sqlite3.connect(workspace.data / "bot" / "castroom.sqlite")) as database, database:
        for statement in AGE_STATEMENTS:
            database.execute(statement, {"week": WEEK // MICROSECOND})
        (age,) = database.execute("SELECT MAX(opened_at) FROM rounds").fetchone()
    assert age / 1_000_000 < time.time() - WEEK.total_seconds()


async def test_all_buttons_work_after_a_week_and_a_restart(workspace: PracticeEnvironment) -> None:
    ts = await create_old_rounds(workspace)
    await workspace.press(DANIEL, ts["Vote"], "vote:1")
    await workspace.wait_for_labels(ts["Vote"], {"vote:1": "1 · 1"})
    now = time.time()
    await workspace.press(LENA, ts["Vote"], "reroll")
    offer = await workspace.wait_for_ephemeral(LENA, "Re-roll for", after=now)
    option = next(v for label, v in menu_of(offer, "reroll_one").items() if label.startswith("1"))
    assert (await workspace.control_client.click(LENA, FILM, offer["ts"], "reroll_one", option))["ok"]
    await workspace.wait_for_button(ts["Vote"], "vote:3")
    await workspace.press(LENA, ts["Vote"], "close")
    await workspace.wait_for_button(ts["Vote"], "extend")
    await workspace.press(LENA, ts["Vote"], "lock")
    await workspace.wait_for_text(ts["Vote"], "Vote is cast")

    await workspace.press(MEI, ts["Sealed"], "paper")
    ballot_form = await workspace.wait_for_modal(MEI, "tick both")
    assert len(pictures_of(ballot_form)) == 2
    await workspace.press(LENA, ts["Closed"], "extend")
    await workspace.wait_for_ballot(ts["Closed"])
    await workspace.press(LENA, ts["Closed"], "lock")
    await workspace.wait_for_text(ts["Closed"], "Closed is cast")

    for action, words in (("full", "Open the original"), ("facts", "SHA-256"), ("take", "as a ZIP")):
        now = time.time()
        await workspace.press(DANIEL, ts["Cast"], action)
        await workspace.wait_for_ephemeral(DANIEL, words, after=now)
    posted = len(await workspace.control_client.messages(FILM))
    await workspace.press(MEI, ts["answer"], "share")

    async def shared() -> Json | None:
        found = (await workspace.control_client.messages(FILM))[posted:]
        return next((m for m in found if "Cast" in text_of(m)), None)

    assert "candidate 2" in text_of(await workspace.control_client.wait_for(shared, "the shared face"))
    record_buttons = buttons_of(await workspace.control_client.message(FILM, ts["Cast"]))
    assert "finish" in record_buttons
    await workspace.press(LENA, ts["Cast"], "finish")
    await workspace.wait_for_text(ts["Cast"], "4K")
