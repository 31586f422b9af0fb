"""Ten thousand messages and a thousand rounds: answers stay small, and the page shows the newest and finds the older.

The figures are printed: `pytest -s tests/scale`.
"""

import asyncio
import io
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, WSMsgType, web
from PIL import Image
from playwright.async_api import Page, async_playwright, expect
from slack_sdk.web.async_client import AsyncWebClient

from handlers.blocks.rounds import message
from playground.app import build
from playground.slack import WORLD
from playground.slack.store import Store
from tests.browser.conftest import NAMES, QUIETLY, new_context
from tests.unit.handlers.stories import shown, voting

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILM, FERRY, QUIET, LENA = "C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP", "U0LENAORTIZ"
MESSAGES, ROUNDS = 10_000, 1_000
A_PAGE = 100
Json = dict[str, Any]


@dataclass(frozen=True)
class Archive:
    """A workspace with years of work in it; `rounds` are the addresses of the rounds' messages, oldest first."""

    address: str
    slack: AsyncWebClient
    session: ClientSession
    rounds: tuple[str, ...]

    async def state(self, **query: str) -> tuple[Json, int]:
        """The state as Lena gets it, and its size in bytes."""
        async with self.session.get(f"{self.address}/control/state", params={"user": LENA, **query}) as answer:
            body = await answer.read()
        return json.loads(body), len(body)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def archive(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Archive]:
    app = build(tmp_path_factory.mktemp("practice"), speed=50)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with ClientSession() as session:
        environment = await (await session.get(f"{address}/control/env")).json()
        slack = AsyncWebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_BASE_URL"])
        for knob, value in (("rates", {"enabled": False}), ("settings", {"file_ready_seconds": 0})):
            await session.post(f"{address}/control/slack/{knob}", json=value)
        samples = await one_of_each(slack, session, address)
        yield Archive(address, slack, session, tuple(filled(app[WORLD].store, *samples)))
    await runner.cleanup()


async def one_of_each(slack: AsyncWebClient, session: ClientSession, address: str) -> tuple[str, str, str]:
    """The addresses of a remark, of a round's message as the bot draws it, and of its pictures in the thread."""
    said = await session.post(f"{address}/control/people/lena/say", json={"channel": FILM, "text": "Shall we?"})
    round_ = await slack.chat_postMessage(channel=FILM, text="Casting Maya")
    ids = [await uploaded(slack, session, f"maya-{n}.png") for n in range(3)]
    files: list[dict[str, str | None]] = [{"id": key, "title": "1"} for key in ids]
    await slack.files_completeUploadExternal(files=files, channel_id=FILM, thread_ts=str(round_["ts"]))
    view = message(shown(voting(sheet_file=ids[0])))
    while not (thread := await replies(session, address, str(round_["ts"]))):
        await asyncio.sleep(0.02)
    await slack.chat_update(channel=FILM, ts=str(round_["ts"]), text=view.text, blocks=view.blocks)
    return (await said.json())["ts"], str(round_["ts"]), thread[-1]["ts"]


async def uploaded(slack: AsyncWebClient, session: ClientSession, name: str) -> str:
    target = io.BytesIO()
    Image.new("RGB", (1600, 1200), "teal").save(target, "PNG")
    place = await slack.files_getUploadURLExternal(filename=name, length=len(target.getvalue()))
    await session.post(str(place["upload_url"]), data=target.getvalue())
    return str(place["file_id"])


async def replies(session: ClientSession, address: str, ts: str) -> list[Json]:
    query = {"channel": FILM, "thread": ts}
    state = await (await session.get(f"{address}/control/state", params=query)).json()
    return [m for m in state["threads"].get(FILM, {}).get(ts, []) if m["ts"] != ts]


def filled(store: Store, remark: str, round_: str, pictures: str) -> Iterator[str]:
    """Copies the samples until the archive is full: ten remarks, then a round with its thread."""
    said, asked, drawn = (store.message(FILM, ts) for ts in (remark, round_, pictures))
    assert said
    assert asked
    assert drawn
    for number in range(MESSAGES):
        channel = FILM if number % 5 else FERRY
        store.keep_message(channel, {**said, "ts": store.stamp(), "text": f"Remark {number}"})
        if number % (MESSAGES // ROUNDS) == 1:
            parent = store.stamp()
            store.keep_message(FILM, {**asked, "ts": parent})
            store.keep_message(FILM, {**drawn, "ts": store.stamp(), "thread_ts": parent})
            yield parent


async def in_ms(work: Callable[[], Awaitable[object]], times: int = 20) -> float:
    """The median of some runs."""
    taken = []
    for _ in range(times):
        started = perf_counter()
        await work()
        taken.append((perf_counter() - started) * 1000)
    return median(taken)


def tell(**figures: float) -> None:
    print("\n" + ", ".join(f"{name} {value:.1f}" for name, value in figures.items()), end="")  # noqa: T201


async def test_the_state_is_one_page_of_each_channel_however_much_there_is(archive: Archive) -> None:
    state, size = await archive.state()
    assert len(archive.rounds) == ROUNDS
    assert {channel: len(rows) for channel, rows in state["messages"].items() if rows} == {FILM: A_PAGE, FERRY: A_PAGE}
    assert state["more"] == {**dict.fromkeys(state["messages"], False), FILM: True, FERRY: True}
    assert state["messages"][FILM][-1]["text"] == f"Remark {MESSAGES - 1}"
    assert size < 500_000
    of_one_channel = await in_ms(lambda: archive.state(channel=FILM))
    tell(state_ms=await in_ms(archive.state), state_of_one_channel_ms=of_one_channel, state_kb=size / 1000)


async def test_older_messages_come_page_by_page_without_a_gap(archive: Archive) -> None:
    seen: list[str] = []
    before = ""
    for _ in range(3):
        state, _ = await archive.state(channel=FILM, **({"before": before} if before else {}))
        page = [row["ts"] for row in state["messages"][FILM]]
        seen = [*page, *seen]
        before = page[0]
    assert seen == sorted(set(seen))
    assert len(seen) == 3 * A_PAGE
    whole, _ = await archive.state(channel=FILM, limit=str(3 * A_PAGE))
    assert [row["ts"] for row in whole["messages"][FILM]] == seen


async def test_redrawing_an_old_round_tells_the_pages_of_that_message_alone(archive: Archive) -> None:
    old = archive.rounds[ROUNDS // 2]
    async with archive.session.ws_connect(f"{archive.address}/control/live?user={LENA}") as live:
        await live.receive()
        await archive.slack.chat_update(channel=FILM, ts=old, text="Casting Maya, redrawn")
        told = await live.receive(timeout=5)
    assert told.type is WSMsgType.TEXT
    assert [(change["kind"], change["ts"]) for change in json.loads(told.data)["what"]] == [("message", old)]
    assert len(told.data) < 20_000
    update = await in_ms(lambda: archive.slack.chat_update(channel=FILM, ts=old, text="again"))
    tell(chat_update_ms=update, post_ms=await in_ms(lambda: archive.slack.chat_postMessage(channel=QUIET, text="more")))


@pytest.mark.browser
async def test_the_page_opens_on_the_newest_shows_older_ones_and_changes_channels(archive: Archive) -> None:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIETLY)
        page = await (await new_context(browser)).new_page()
        await walk(page, archive)
        await browser.close()


async def walk(page: Page, archive: Archive) -> None:
    newest = {FILM: f"Remark {MESSAGES - 1}", FERRY: f"Remark {MESSAGES - 5}"}
    started = perf_counter()
    await page.goto(archive.address)
    await expect(page.get_by_text(newest[FILM], exact=True)).to_be_in_viewport()
    opened = perf_counter() - started
    drawn = await page.get_by_role("article").count()
    assert drawn <= A_PAGE

    started = perf_counter()
    await page.get_by_role("button", name="Show older messages").click()
    await expect(page.get_by_role("article")).to_have_count(2 * drawn)
    older = perf_counter() - started

    switches = []
    for name, channel in (("night-ferry", FERRY), ("harbour-film", FILM)) * 3:
        started = perf_counter()
        await page.get_by_role("navigation").get_by_role("button", name=name).first.click()
        await expect(page.get_by_text(newest[channel], exact=True)).to_be_visible()
        switches.append(perf_counter() - started)
    tell(page_open_ms=opened * 1000, older_ms=older * 1000, channel_switch_ms=median(switches) * 1000)
