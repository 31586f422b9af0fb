"""Slack refuses a part of a paper, a home, a statement or an answer, or calls a message too long."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.door import Json, buttons_of, text_of
from tests.flow.house import DANIEL, FILM, LENA, MEI, House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def film(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with house(tmp_path_factory.mktemp("film")) as opened:
        await opened.at_ease()
        await opened.door.post("models/*/latency", {"least": 0.05, "most": 0.05})
        await opened.door.post("slack/settings", {"file_ready_seconds": 0})
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def paper(film: House) -> str:
    """A sealed round with its pictures in the thread."""
    ts = await film.cast("Sealed: a cook --each 1 --models recraft,gpt-image-2 --ballot sealed")
    await film.shows(ts, "paper")

    async def hung() -> bool:
        return sum(len(m.get("files", [])) for m in await film.door.thread(FILM, ts)) >= 3

    await film.door.until(hung, "the pictures in the thread")
    return ts


async def refusing(film: House, *kinds: str) -> None:
    answer = await film.door.post("slack/settings", {"refused_blocks": kinds})
    assert answer["settings"]["refused_blocks"] == list(kinds)


async def ballot(film: House, line: str) -> str:
    ts = await film.cast(f"{line} --each 1 --models recraft,gpt-image-2")
    await film.ballot(ts)
    return ts


def menus(message: Json) -> list[Json]:
    elements = [e for b in message["blocks"] for e in b.get("elements", [])]
    return [e for e in elements if e.get("type") == "static_select"]


async def test_what_was_refused_is_not_tried_at_every_vote_and_comes_back_with_the_next_change(film: House) -> None:
    await refusing(film, "header")
    ts = await ballot(film, "Patient: a cook")
    asked = [c for c in await film.door.calls("chat.update") if c["error"] == "invalid_blocks"]
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
    await film.press(MEI, ts, "vote:2")
    await film.labelled(ts, {"vote:2": "2 · 1"})
    assert len([c for c in await film.door.calls("chat.update") if c["error"] == "invalid_blocks"]) == len(asked)
    await refusing(film)
    await film.press(LENA, ts, "close")
    message = await film.shows(ts, "extend")
    assert message["blocks"][0]["type"] == "header"
    assert menus(message)
    assert '"blocks_refused"' in film.log
    assert "unsupported type: header" in film.log


@pytest.mark.parametrize("kind", ["divider", "image", "checkboxes", "multi_static_select", "placeholder", "title"])
async def test_a_sealed_paper_is_filled_in_whatever_part_of_it_slack_refuses(
    film: House, paper: str, kind: str
) -> None:
    await refusing(film, kind)
    await film.press(DANIEL, paper, "paper")
    view = await film.dialog(DANIEL, "tick both")
    boxes = [b["block_id"] for b in view["blocks"] if b["type"] == "input" and b["block_id"].startswith("ticks ")]
    assert len(boxes) == 2
    sent = await film.door.submit(DANIEL, view["id"], {boxes[0]: ["human", "likeness"]})
    assert sent["ok"], sent
    assert "a vote for" in text_of(await film.dialog(DANIEL, "is in"))


async def test_homes_statements_and_recalled_faces_are_shown_without_what_slack_refuses(film: House) -> None:
    ts = await ballot(film, "Seen: a cook")
    await film.press(DANIEL, ts, "vote:1")
    await film.told(DANIEL, "vote for 1")
    await film.press(LENA, ts, "close")
    await film.reads(ts, "1 leads: 1 of 1")
    await film.press(LENA, ts, "lock")
    await film.reads(ts, "Seen is cast")
    await refusing(film, "header", "image", "rich_text")
    await film.door.post(f"people/{MEI}/home", {"tab": "home"})

    async def home() -> bool:
        return "Seen" in text_of((await film.door.get("state", user=MEI))["homes"].get(MEI, {}))

    await film.door.until(home, "Mei's home")
    now = time.time()
    await film.door.command(MEI, FILM, "Seen")
    assert "share" in buttons_of(await film.told(MEI, "candidate 1", after=now))
    await film.door.command(LENA, FILM, "spend")
    await film.told(LENA, "What was spent is in", after=now)

    async def statement() -> bool:
        return any("$" in text_of(m) for m in await film.door.messages("D0LENAORTIZ"))

    await film.door.until(statement, "the statement")
    assert "/cast" in await film.asks("help")


async def test_a_brief_of_six_thousand_characters_and_eight_wide_candidates_fit_into_one_message(film: House) -> None:
    await refusing(film)
    wide, long = "漁" * 80, ("weathered, with a scar over the left eye. " * 150)[:6000]
    ts = await film.cast(f"{wide}: {long} --each 4 --models recraft,gpt-image-2")
    await film.ballot(ts)
    await film.press(LENA, ts, "close")
    message = await film.shows(ts, "extend")
    assert wide in text_of(message)
    assert [c for c in await film.door.calls("chat.update") if c["error"] == "msg_blocks_too_long"] == []


async def test_a_message_slack_calls_too_long_is_cut_until_it_fits(film: House) -> None:
    ts = await ballot(film, "Long: a cook")
    await film.trouble("chat.update", "error", error="msg_blocks_too_long", times=2)
    await film.press(DANIEL, ts, "vote:1")
    await film.labelled(ts, {"vote:1": "1 · 1"})
