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

from handlers.views.round import round_message
from playground.app import build
from playground.slack import WORKSPACE
from playground.slack.core.store import Store
from tests.browser.conftest import CHROMIUM_ARGS, CHROMIUM_NAMES, new_context
from tests.support.builders import make_view_data, make_voting_round
from tests.support.time_factor import scaled

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILM, FERRY, QUIET, LENA = "C0HARBOURFILM", "C0NIGHTFERRY", "C0QUIETCAMP", "U0LENAORTIZ"
MESSAGES, ROUNDS = 10_000, 1_000
PAGE_SIZE = 100
Json = dict[str, Any]


@dataclass(frozen=True)
class LargeWorkspace:
    """A workspace with years of work in it; `rounds` are the addresses of the rounds' messages, oldest first."""

    address: str
    slack: AsyncWebClient
    session: ClientSession
    rounds: tuple[str, ...]

    async def state(self, **query: str) -> tuple[Json, int]:
        """The state as Lena gets it, and its size in bytes."""
        async with self.session.get(f"{self.address}/control/state", params={"user": LENA, **query}) as response:
            body = await response.read()
        return json.loads(body), len(body)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large_workspace(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LargeWorkspace]:
    app = build(tmp_path_factory.mktemp("practice"), speed=50)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with ClientSession() as session:
        environment = await (await session.get(f"{address}/control/env")).json()
        slack = AsyncWebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_BASE_URL"])
        for fault_route, value in (("rates", {"enabled": False}), ("settings", {"file_ready_seconds": 0})):
            await session.post(f"{address}/control/slack/{fault_route}", json=value)
        samples = await post_samples(slack, session, address)
        yield LargeWorkspace(address, slack, session, tuple(fill_store(app[WORKSPACE].store, *samples)))
    await runner.cleanup()


async def post_samples(slack: AsyncWebClient, session: ClientSession, address: str) -> tuple[str, str, str]:
    """The addresses of a remark, of a round's message as the bot draws it, and of its pictures in the thread."""
    response = await session.post(f"{address}/control/people/lena/say", json={"channel": FILM, "text": "Shall we?"})
    round_ = await slack.chat_postMessage(channel=FILM, text="Casting Maya")
    ids = [await upload_png(slack, session, f"maya-{n}.png") for n in range(3)]
    files: list[dict[str, str | None]] = [{"id": file_id, "title": "1"} for file_id in ids]
    await slack.files_completeUploadExternal(files=files, channel_id=FILM, thread_ts=str(round_["ts"]))
    view = round_message(make_view_data(make_voting_round(sheet_file=ids[0])))
    while not (thread := await get_replies(session, address, str(round_["ts"]))):
        await asyncio.sleep(0.02)
    await slack.chat_update(channel=FILM, ts=str(round_["ts"]), text=view.text, blocks=view.blocks)
    return (await response.json())["ts"], str(round_["ts"]), thread[-1]["ts"]


async def upload_png(slack: AsyncWebClient, session: ClientSession, name: str) -> str:
    target = io.BytesIO()
    Image.new("RGB", (1600, 1200), "teal").save(target, "PNG")
    upload_target = await slack.files_getUploadURLExternal(filename=name, length=len(target.getvalue()))
    await session.post(str(upload_target["upload_url"]), data=target.getvalue())
    return str(upload_target["file_id"])


async def get_replies(session: ClientSession, address: str, ts: str) -> list[Json]:
    query = {"channel": FILM, "thread": ts}
    state = await (await session.get(f"{address}/control/state", params=query)).json()
    return [m for m in state["threads"].get(FILM, {}).get(ts, []) if m["ts"] != ts]


def fill_store(store: Store, remark: str, round_: str, pictures: str) -> Iterator[str]:
    """Copies the samples until the archive is full: ten remarks, then a round with its thread."""
    remark_message, round_message, pictures_message = (store.get_message(FILM, ts) for ts in (remark, round_, pictures))
    assert remark_message
    assert round_message
    assert pictures_message
    for number in range(MESSAGES):
        channel = FILM if number % 5 else FERRY
        store.set_message(channel, {**remark_message, "ts": store.new_ts(), "text": f"Remark {number}"})
        if number % (MESSAGES // ROUNDS) == 1:
            parent = store.new_ts()
            store.set_message(FILM, {**round_message, "ts": parent})
            store.set_message(FILM, {**pictures_message, "ts": store.new_ts(), "thread_ts": parent})
            yield parent


async def median_ms(call: Callable[[], Awaitable[object]], runs: int = 20) -> float:
    """The median of some runs."""
    durations = []
    for _ in range(runs):
        started = perf_counter()
        await call()
        durations.append((perf_counter() - started) * 1000)
    return median(durations)


def print_figures(**figures: float) -> None:
    print("\n" + ", ".join(f"{name} {value:.1f}" for name, value in figures.items()), end="")  # noqa: T201


async def test_state_contains_one_page_per_channel(large_workspace: LargeWorkspace) -> None:
    state, size = await large_workspace.state()
    assert len(large_workspace.rounds) == ROUNDS
    assert {channel: len(rows) for channel, rows in state["messages"].items() if rows} == {
        FILM: PAGE_SIZE,
        FERRY: PAGE_SIZE,
    }
    assert state["more"] == {**dict.fromkeys(state["messages"], False), FILM: True, FERRY: True}
    assert state["messages"][FILM][-1]["text"] == f"Remark {MESSAGES - 1}"
    assert size < 500_000
    of_one_channel = await median_ms(lambda: large_workspace.state(channel=FILM))
    print_figures(
        state_ms=await median_ms(large_workspace.state), state_of_one_channel_ms=of_one_channel, state_kb=size / 1000
    )


async def test_older_messages_are_paged_without_gaps(large_workspace: LargeWorkspace) -> None:
    seen: list[str] = []
    before = ""
    for _ in range(3):
        state, _ = await large_workspace.state(channel=FILM, **({"before": before} if before else {}))
        page = [row["ts"] for row in state["messages"][FILM]]
        seen = [*page, *seen]
        before = page[0]
    assert seen == sorted(set(seen))
    assert len(seen) == 3 * PAGE_SIZE
    whole, _ = await large_workspace.state(channel=FILM, limit=str(3 * PAGE_SIZE))
    assert [row["ts"] for row in whole["messages"][FILM]] == seen


async def test_updating_an_old_round_sends_only_that_message_to_pages(large_workspace: LargeWorkspace) -> None:
    old = large_workspace.rounds[ROUNDS // 2]
    async with large_workspace.session.ws_connect(f"{large_workspace.address}/control/live?user={LENA}") as live:
        await live.receive()
        await large_workspace.slack.chat_update(channel=FILM, ts=old, text="Casting Maya, redrawn")
        live_message = await live.receive(timeout=scaled(5))
    assert live_message.type is WSMsgType.TEXT
    assert [(change["kind"], change["ts"]) for change in json.loads(live_message.data)["what"]] == [("message", old)]
    assert len(live_message.data) < 20_000
    update = await median_ms(lambda: large_workspace.slack.chat_update(channel=FILM, ts=old, text="again"))
    print_figures(
        chat_update_ms=update,
        post_ms=await median_ms(lambda: large_workspace.slack.chat_postMessage(channel=QUIET, text="more")),
    )


@pytest.mark.browser
async def test_page_opens_on_newest_loads_older_and_switches_channels(large_workspace: LargeWorkspace) -> None:
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        page = await (await new_context(browser)).new_page()
        await measure_page(page, large_workspace)
        await browser.close()


async def measure_page(page: Page, archive: LargeWorkspace) -> None:
    newest = {FILM: f"Remark {MESSAGES - 1}", FERRY: f"Remark {MESSAGES - 5}"}
    started = perf_counter()
    await page.goto(archive.address)
    await expect(page.get_by_text(newest[FILM], exact=True)).to_be_in_viewport()
    opened = perf_counter() - started
    shown_count = await page.get_by_role("article").count()
    assert shown_count <= PAGE_SIZE

    started = perf_counter()
    await page.get_by_role("button", name="Show older messages").click()
    await expect(page.get_by_role("article")).to_have_count(2 * shown_count)
    older = perf_counter() - started

    switches = []
    for name, channel in (("night-ferry", FERRY), ("harbour-film", FILM)) * 3:
        started = perf_counter()
        await page.get_by_role("navigation").get_by_role("button", name=name).first.click()
        await expect(page.get_by_text(newest[channel], exact=True)).to_be_visible()
        switches.append(perf_counter() - started)
    print_figures(page_open_ms=opened * 1000, older_ms=older * 1000, channel_switch_ms=median(switches) * 1000)
