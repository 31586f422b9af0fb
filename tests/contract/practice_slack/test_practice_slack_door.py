"""The control door: who may use it, what it shows, what survives."""

import asyncio
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

from playground.people import GENERAL, HARBOUR, LENA, QUIET
from tests.contract.practice_slack.practice import Practice, open_practice


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Host": "127.0.0.1:1"}, {"Origin": "https://evil.example"}]
)
@pytest.mark.parametrize("path", ["/control/state", "/control/live", "/control/env", "/"])
async def test_strangers_are_refused(practice: Practice, path: str, headers: dict[str, str]) -> None:
    assert (await practice.door.get(path, headers=headers)).status_code == 403


async def test_a_foreign_page_cannot_open_the_live_socket(practice: Practice) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{practice.address}/control/live", origin="https://evil.example")


async def test_programs_may_call_slack_by_any_name_of_this_machine(practice: Practice) -> None:
    port = practice.address.rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        answer = await practice.door.post("/slack/api/auth.test", headers={"Host": host})
        assert answer.json()["error"] == "not_authed"
    assert (await practice.door.post("/slack/api/auth.test", headers={"Host": "evil.example"})).status_code == 403


async def test_the_environment_names_this_server(practice: Practice) -> None:
    env = await practice.get("env")
    assert env["SLACK_BASE_URL"] == f"{practice.address}/slack/api/"
    assert env["SLACK_BOT_TOKEN"] == practice.slack.token
    assert all(env[name].startswith("practice-") for name in ("RECRAFT_API_TOKEN", "OPENAI_API_KEY", "GEMINI_API_KEY"))


async def test_each_person_sees_their_own_places(practice: Practice) -> None:
    seen = {
        name: {row["id"] for row in (await practice.get("state", user=name))["channels"]} for name in ("lena", "mei")
    }
    assert QUIET in seen["lena"]
    assert QUIET not in seen["mei"]
    assert seen["mei"] >= {HARBOUR, GENERAL, "D0MEITANAKA"}
    assert "D0LENAORTIZ" not in seen["mei"]


async def test_state_is_fetched_page_by_page(practice: Practice) -> None:
    for number in range(5):
        await practice.act("lena", "say", channel=HARBOUR, text=str(number))
    newest = await practice.get("state", channel=HARBOUR, limit="2")
    rows = newest["messages"][HARBOUR]
    assert [row["text"] for row in rows] == ["3", "4"]
    assert newest["more"][HARBOUR]
    older = await practice.get("state", channel=HARBOUR, before=rows[0]["ts"])
    assert [row["text"] for row in older["messages"][HARBOUR]] == ["0", "1", "2"]
    assert not older["more"][HARBOUR]


async def test_pages_are_told_what_changed_and_only_what_they_may_see(practice: Practice) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{practice.address}/control/live?user=mei") as page,
    ):
        hello = await page.receive_json(timeout=3)
        await practice.act("lena", "say", channel=QUIET, text="hush")
        said = await practice.act("lena", "say", channel=HARBOUR, text="hello")
        change = await page.receive_json(timeout=3)
        await practice.act("lena", "react", channel=HARBOUR, ts=said["ts"], name="one")
        reaction = await page.receive_json(timeout=3)
    (patch,) = change["what"]
    assert (patch["kind"], patch["channel"], patch["value"]["text"]) == ("message", HARBOUR, "hello")
    assert hello["version"] < change["version"] < reaction["version"]
    assert reaction["what"][0]["value"]["reactions"] == [{"name": "one", "users": [LENA], "count": 1}]


async def test_after_a_reset_pages_are_told_to_fetch_everything_again(practice: Practice) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{practice.address}/control/live") as page:
        await page.receive_json(timeout=3)
        await practice.set("reset")
        kinds: list[str] = []
        while "everything" not in kinds:
            kinds += [patch["kind"] for patch in (await page.receive_json(timeout=3))["what"]]


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("people/nobody/home", {}, 404, "no_such_person"),
        ("people/lena/say", {"channel": "#nowhere", "text": "x"}, 404, "no_such_channel"),
        ("people/lena/say", {"text": "x"}, 400, "bad_request"),
        ("people/lena/dance", {"channel": HARBOUR}, 404, "no_such_gesture"),
        ("people/lena/say", {"chanel": HARBOUR}, 400, "bad_request"),
        ("people/mei/say", {"channel": QUIET, "text": "x"}, 403, "not_in_channel"),
        ("people/lena/click", {"channel": HARBOUR, "ts": "1.0", "action_id": "x"}, 404, "message_not_found"),
        ("people/lena/submit", {"view_id": "V0NOTHING0"}, 404, "no_such_view"),
        ("slack/cut", {"kind": "gently"}, 400, "bad_request"),
        ("slack/settings", {"file_ready_second": 1}, 400, "bad_request"),
        ("slack/faults", {"method": "auth.test", "kind": "flood"}, 400, "bad_request"),
        ("slack/redeliver", {"id": "D0NOTHING0"}, 404, "no_such_event"),
    ],
)
async def test_calls_that_make_no_sense_say_why(
    practice: Practice, path: str, body: dict[str, Any], status: int, error: str
) -> None:
    answer = await practice.door.post(f"/control/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_everything_is_there_again_after_a_restart_and_no_name_comes_twice(tmp_path: Path) -> None:
    seen: list[str] = []
    for _ in range(2):
        async with open_practice(tmp_path) as practice:
            for _ in range(3):
                seen.append((await practice.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"])
            assert [row["ts"] for row in await practice.messages()] == seen
    assert seen == sorted(set(seen))


async def test_an_upload_still_being_processed_at_the_end_is_shared_after_the_restart(tmp_path: Path) -> None:
    async with open_practice(tmp_path) as practice:
        file = {"content": b"words", "filename": "notes.txt"}
        await practice.slack.files_upload_v2(channel=HARBOUR, file_uploads=[file])
        assert await practice.messages() == []
    async with open_practice(tmp_path) as practice:
        await asyncio.sleep(0.4)
        (message,) = await practice.messages()
        assert message["files"][0]["name"] == "notes.txt"


async def test_what_was_answered_is_on_disk(practice: Practice, tmp_path: Path) -> None:
    await practice.act("lena", "say", channel=HARBOUR, text="kept")
    with sqlite3.connect(tmp_path / "workspace.sqlite") as db:
        bodies = [json.loads(row[0])["text"] for row in db.execute("select body from messages")]
    db.close()
    assert bodies == ["kept"]


async def test_a_reset_brings_back_the_first_day_but_never_an_old_ts(practice: Practice) -> None:
    said = await practice.act("lena", "say", channel=HARBOUR, text="gone")
    await practice.set("slack/install", scopes=[])
    await practice.set("reset")
    assert await practice.messages() == []
    again = await practice.slack.chat_postMessage(channel=HARBOUR, text="new day")
    assert again["ts"] > said["ts"]


async def test_a_killed_server_has_lost_nothing_it_answered(tmp_path: Path) -> None:
    first = await _served(tmp_path)
    address = await _address(first)
    async with httpx.AsyncClient(base_url=f"{address}/control/people/lena", trust_env=False) as door:
        said = (await door.post("/say", json={"channel": HARBOUR, "text": "kept"})).json()
        await door.post("/react", json={"channel": HARBOUR, "ts": said["ts"], "name": "one"})
    first.kill()
    await first.communicate()
    async with open_practice(tmp_path) as practice:
        (message,) = await practice.messages()
    assert (message["text"], message["reactions"][0]["users"]) == ("kept", [LENA])


async def _served(data: Path) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "playground", "serve", "--port", "0", "--data", str(data))
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


async def _address(server: asyncio.subprocess.Process) -> str:
    assert server.stdout
    line = (await asyncio.wait_for(server.stdout.readline(), 20)).decode()
    return line.rpartition(" ")[2].strip().rstrip("/")
