"""The control API: who may use it, what it returns, what survives a restart."""

import asyncio
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

from playground.seed_data import GENERAL, HARBOUR, LENA, QUIET_CAMPAIGN
from tests.support.practice_slack import PracticeWorkspace, open_practice_workspace
from tests.support.time_factor import scaled


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Host": "127.0.0.1:1"}, {"Origin": "https://evil.example"}]
)
@pytest.mark.parametrize("path", ["/control/state", "/control/live", "/control/env", "/"])
async def test_foreign_hosts_and_origins_are_rejected(
    workspace: PracticeWorkspace, path: str, headers: dict[str, str]
) -> None:
    assert (await workspace.http.get(path, headers=headers)).status_code == 403


async def test_foreign_origin_cannot_open_the_live_socket(workspace: PracticeWorkspace) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(f"{workspace.address}/control/live", origin="https://evil.example")


async def test_web_api_accepts_any_loopback_host_name(workspace: PracticeWorkspace) -> None:
    port = workspace.address.rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        answer = await workspace.http.post("/slack/api/auth.test", headers={"Host": host})
        assert answer.json()["error"] == "not_authed"
    assert (await workspace.http.post("/slack/api/auth.test", headers={"Host": "evil.example"})).status_code == 403


async def test_environment_points_to_this_server(workspace: PracticeWorkspace) -> None:
    env = await workspace.get("env")
    assert env["SLACK_BASE_URL"] == f"{workspace.address}/slack/api/"
    assert env["SLACK_BOT_TOKEN"] == workspace.slack.token
    assert all(env[name].startswith("practice-") for name in ("RECRAFT_API_TOKEN", "OPENAI_API_KEY", "GEMINI_API_KEY"))


async def test_users_see_only_their_own_channels(workspace: PracticeWorkspace) -> None:
    channels_by_user = {
        name: {row["id"] for row in (await workspace.get("state", user=name))["channels"]} for name in ("lena", "mei")
    }
    assert QUIET_CAMPAIGN in channels_by_user["lena"]
    assert QUIET_CAMPAIGN not in channels_by_user["mei"]
    assert channels_by_user["mei"] >= {HARBOUR, GENERAL, "D0MEITANAKA"}
    assert "D0LENAORTIZ" not in channels_by_user["mei"]


async def test_state_is_paginated(workspace: PracticeWorkspace) -> None:
    for number in range(5):
        await workspace.act("lena", "say", channel=HARBOUR, text=str(number))
    newest = await workspace.get("state", channel=HARBOUR, limit="2")
    rows = newest["messages"][HARBOUR]
    assert [row["text"] for row in rows] == ["3", "4"]
    assert newest["more"][HARBOUR]
    older = await workspace.get("state", channel=HARBOUR, before=rows[0]["ts"])
    assert [row["text"] for row in older["messages"][HARBOUR]] == ["0", "1", "2"]
    assert not older["more"][HARBOUR]


async def test_live_updates_contain_only_visible_changes(workspace: PracticeWorkspace) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{workspace.address}/control/live?user=mei") as page,
    ):
        hello = await page.receive_json(timeout=3)
        await workspace.act("lena", "say", channel=QUIET_CAMPAIGN, text="hush")
        message = await workspace.act("lena", "say", channel=HARBOUR, text="hello")
        change = await page.receive_json(timeout=3)
        await workspace.act("lena", "react", channel=HARBOUR, ts=message["ts"], name="one")
        reaction = await page.receive_json(timeout=3)
    (patch,) = change["what"]
    assert (patch["kind"], patch["channel"], patch["value"]["text"]) == ("message", HARBOUR, "hello")
    assert hello["version"] < change["version"] < reaction["version"]
    assert reaction["what"][0]["value"]["reactions"] == [{"name": "one", "users": [LENA], "count": 1}]


async def test_reset_makes_pages_reload_everything(workspace: PracticeWorkspace) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{workspace.address}/control/live") as page:
        await page.receive_json(timeout=3)
        await workspace.post("reset")
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
        ("people/mei/say", {"channel": QUIET_CAMPAIGN, "text": "x"}, 403, "not_in_channel"),
        ("people/lena/click", {"channel": HARBOUR, "ts": "1.0", "action_id": "x"}, 404, "message_not_found"),
        ("people/lena/submit", {"view_id": "V0NOTHING0"}, 404, "no_such_view"),
        ("slack/cut", {"kind": "gently"}, 400, "bad_request"),
        ("slack/settings", {"file_ready_second": 1}, 400, "bad_request"),
        ("slack/faults", {"method": "auth.test", "kind": "flood"}, 400, "bad_request"),
        ("slack/redeliver", {"id": "D0NOTHING0"}, 404, "no_such_event"),
    ],
)
async def test_invalid_calls_explain_the_error(
    workspace: PracticeWorkspace, path: str, body: dict[str, Any], status: int, error: str
) -> None:
    answer = await workspace.http.post(f"/control/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_restart_keeps_messages_and_never_reuses_a_ts(tmp_path: Path) -> None:
    timestamps: list[str] = []
    for _ in range(2):
        async with open_practice_workspace(tmp_path) as workspace:
            for _ in range(3):
                timestamps.append((await workspace.slack.chat_postMessage(channel=HARBOUR, text="x"))["ts"])
            assert [row["ts"] for row in await workspace.messages()] == timestamps
    assert timestamps == sorted(set(timestamps))


async def test_unfinished_upload_is_shared_after_a_restart(tmp_path: Path) -> None:
    async with open_practice_workspace(tmp_path) as practice:
        file = {"content": b"words", "filename": "notes.txt"}
        await practice.slack.files_upload_v2(channel=HARBOUR, file_uploads=[file])
        assert await practice.messages() == []
    async with open_practice_workspace(tmp_path) as workspace:
        (message,) = await workspace.wait_for(workspace.messages)
        assert message["files"][0]["name"] == "notes.txt"


async def test_answered_request_is_on_disk(workspace: PracticeWorkspace, tmp_path: Path) -> None:
    await workspace.act("lena", "say", channel=HARBOUR, text="kept")
    with sqlite3.connect(tmp_path / "workspace.sqlite") as db:
        bodies = [json.loads(row[0])["text"] for row in db.execute("select body from messages")]
    db.close()
    assert bodies == ["kept"]


async def test_reset_restores_seed_data_but_never_reuses_a_ts(workspace: PracticeWorkspace) -> None:
    message = await workspace.act("lena", "say", channel=HARBOUR, text="gone")
    await workspace.post("slack/install", scopes=[])
    await workspace.post("reset")
    assert await workspace.messages() == []
    again = await workspace.slack.chat_postMessage(channel=HARBOUR, text="new day")
    assert again["ts"] > message["ts"]


async def test_killed_server_loses_no_answered_request(tmp_path: Path) -> None:
    first = await _start_server(tmp_path)
    address = await _read_address(first)
    async with httpx.AsyncClient(
        base_url=f"{address}/control/people/lena", trust_env=False, timeout=scaled(10)
    ) as door:
        posted = (await door.post("/say", json={"channel": HARBOUR, "text": "kept"})).json()
        await door.post("/react", json={"channel": HARBOUR, "ts": posted["ts"], "name": "one"})
    first.kill()
    await first.communicate()
    async with open_practice_workspace(tmp_path) as workspace:
        (message,) = await workspace.messages()
    assert (message["text"], message["reactions"][0]["users"]) == ("kept", [LENA])


async def _start_server(data: Path) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "playground", "serve", "--port", "0", "--data", str(data))
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


async def _read_address(server: asyncio.subprocess.Process) -> str:
    assert server.stdout
    line = (await asyncio.wait_for(server.stdout.readline(), scaled(20))).decode()
    return line.rpartition(" ")[2].strip().rstrip("/")
