"""Buttons a week old, after both processes were started anew: nothing they need was only in memory."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, menu_of, pictures_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")

TWO = "--each 1 --models recraft,gpt-image-2"
WEEK, MICROSECOND = timedelta(days=7), timedelta(microseconds=1)
AGEING = (
    "UPDATE rounds SET opened_at = opened_at - :week, patience_until = patience_until - :week",
    "UPDATE slots SET asked_at = asked_at - :week",
    "UPDATE faces SET locked_at = locked_at - :week",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await at_ease(opened)
        yield opened


async def at_ease(film: House) -> None:
    await film.at_ease()
    await film.door.post("models/*/latency", {"least": 0.05, "most": 0.05})


async def old(film: House) -> dict[str, str]:
    """Rounds in every state, each message's address by name; then a week passes, and both processes start anew."""
    found = {}
    for name, more in (("Vote", "--for 14d"), ("Sealed", "--for 14d --ballot sealed"), ("Closed", ""), ("Cast", "")):
        found[name] = await film.cast(f"{name}: a cook {TWO} {more}")
    for name in ("Vote", "Closed", "Cast"):
        await film.ballot(found[name])
    await film.shows(found["Sealed"], "paper")
    for name in ("Closed", "Cast"):
        await film.press(DANIEL, found[name], "vote:2")
        await film.press(LENA, found[name], "close")
        await film.shows(found[name], "extend")
    await film.press(LENA, found["Cast"], "lock")
    await film.reads(found["Cast"], "Cast is cast")
    await film.door.command(MEI, FILM, "Cast")
    found["answer"] = str((await film.told(MEI, "candidate 2"))["ts"])
    await film.kill()
    _age(film)
    await film.start()
    await at_ease(film)
    return found


def _age(film: House) -> None:
    """What the bot knows of rounds and slots lies a week further back; only deadlines stay."""
    with closing(sqlite3.connect(film.data / "bot" / "castroom.sqlite")) as database, database:
        for statement in AGEING:
            database.execute(statement, {"week": WEEK // MICROSECOND})
        (age,) = database.execute("SELECT MAX(opened_at) FROM rounds").fetchone()
    assert age / 1_000_000 < time.time() - WEEK.total_seconds()


async def test_every_kind_of_button_works_after_a_week_and_two_starts(film: House) -> None:
    ts = await old(film)
    await film.press(DANIEL, ts["Vote"], "vote:1")
    await film.labelled(ts["Vote"], {"vote:1": "1 · 1"})
    now = time.time()
    await film.press(LENA, ts["Vote"], "reroll")
    offer = await film.told(LENA, "Draw again", after=now)
    one = next(v for label, v in menu_of(offer, "reroll_one").items() if label.startswith("1"))
    assert (await film.door.click(LENA, FILM, offer["ts"], "reroll_one", one))["ok"]
    await film.shows(ts["Vote"], "vote:3")
    await film.press(LENA, ts["Vote"], "close")
    await film.shows(ts["Vote"], "extend")
    await film.press(LENA, ts["Vote"], "lock")
    await film.reads(ts["Vote"], "Vote is cast")

    await film.press(MEI, ts["Sealed"], "paper")
    paper = await film.dialog(MEI, "tick both")
    assert len(pictures_of(paper)) == 2
    await film.press(LENA, ts["Closed"], "extend")
    await film.ballot(ts["Closed"])
    await film.press(LENA, ts["Closed"], "lock")
    await film.reads(ts["Closed"], "Closed is cast")

    for action, words in (("full", "Open the original"), ("facts", "SHA-256"), ("take", "as one ZIP")):
        now = time.time()
        await film.press(DANIEL, ts["Cast"], action)
        await film.told(DANIEL, words, after=now)
    posted = len(await film.door.messages(FILM))
    await film.press(MEI, ts["answer"], "share")

    async def shared() -> Json | None:
        found = (await film.door.messages(FILM))[posted:]
        return next((m for m in found if "Cast" in text_of(m)), None)

    assert "candidate 2" in text_of(await film.door.until(shared, "the shared face"))
    finish = buttons_of(await film.door.message(FILM, ts["Cast"]))
    assert "finish" in finish
    await film.press(LENA, ts["Cast"], "finish")
    await film.reads(ts["Cast"], "4K")
