"""A token made in Slack opens both doors: a script and an agent cast, people vote and lock, both fetch the face."""

from base64 import b64decode
from contextlib import AsyncExitStack
from hashlib import sha256

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import BlobResourceContents, ResourceLink

from playground.control.client import Json, text_of
from playground.processes import unused_port
from playground.scenarios.doors import fetch_through_both
from tests.support.practice_environment import DANIEL, FILM, LENA, MEI, QUIET, PracticeEnvironment
from tests.support.time_factor import scaled

pytestmark = pytest.mark.heavy

PORT = unused_port()
URL = f"http://127.0.0.1:{PORT}"
BOT_SETTINGS = {"DOORS_PORT": str(PORT)}


async def open_tokens(workspace: PracticeEnvironment, user: str = LENA, channel: str = FILM) -> Json:
    """Type `/cast settings` and press the button that leads to the tokens."""
    await workspace.control_client.command(user, channel, "settings")
    settings = await workspace.wait_for_modal(user, "Programs and agents")
    await workspace.control_client.select_in_view(user, settings["id"], "door_tokens", channel)
    return await workspace.wait_for_modal(user, "A token reads what every member")


async def open_form(workspace: PracticeEnvironment, tokens: Json, user: str = LENA, channel: str = FILM) -> Json:
    """Press the button that leads from the tokens to the form."""
    await workspace.control_client.select_in_view(user, tokens["id"], "door_token_new", channel)

    async def opened() -> Json | None:
        view = await workspace.control_client.top_view(user)
        return view if view and view["id"] != tokens["id"] else None

    return await workspace.control_client.wait_for(opened, "the form", 10)


async def make_token(
    workspace: PracticeEnvironment, user: str = LENA, channel: str = FILM, **values: str | list[str]
) -> str:
    """Make a token as a person does; return its text from the modal."""
    tokens = await open_tokens(workspace, user, channel)
    form = await open_form(workspace, tokens, user, channel)
    answer = await workspace.control_client.submit(
        user, form["id"], {"name": "Nuke pipeline", "lifetime": "30"} | values
    )
    assert answer["ok"], answer
    shown = await workspace.wait_for_modal(user, "Castroom keeps no copy")
    (secret,) = [line for line in text_of(shown).splitlines() if line.startswith("castroom_")]
    return secret


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


async def test_script_casts_people_vote_and_script_and_agent_fetch_the_face(workspace: PracticeEnvironment) -> None:
    secret = await make_token(workspace, scopes=["cast"], month_cap="20")
    brief = {"name": "Maya", "brief": "weathered 60-year-old fisherwoman", "models": ["recraft", "gpt-image-2"]}
    async with AsyncExitStack() as stack:
        script = await stack.enter_async_context(
            httpx.AsyncClient(base_url=URL, headers=bearer(secret), timeout=scaled(10))
        )
        before = {m["ts"] for m in await workspace.control_client.messages(FILM)}
        started = await script.post("/v1/rounds", json=brief, headers={"Idempotency-Key": "maya-1"})
        assert started.status_code == 201, started.text
        round_id = started.json()["id"]

        async def posted() -> str | None:
            messages = await workspace.control_client.messages(FILM)
            return next((str(m["ts"]) for m in messages if m["ts"] not in before and m.get("metadata")), None)

        ts = await workspace.control_client.wait_for(posted, "the round's message", 10)
        await workspace.wait_for_ballot(ts)
        voting = await script.get(f"/v1/rounds/{round_id}")
        assert (voting.json()["state"], "recraft" in voting.text) == ("voting", False)
        for person in (DANIEL, MEI):
            await workspace.press(person, ts, "vote:1")
        await workspace.wait_for_text(ts, "2 people")
        await workspace.press(LENA, ts, "lock")
        await workspace.wait_for_button(ts, "facts")

        async def locked() -> bool:
            return bool((await script.get(f"/v1/rounds/{round_id}")).json()["state"] == "locked")

        await workspace.control_client.wait_for(locked, "the lock over REST")
        face = (await script.get("/v1/faces", params={"name": "maya"})).json()
        original = (await script.get(face["original"]["url"])).content
        assert sha256(original).hexdigest() == face["original"]["sha256"]
        http = await stack.enter_async_context(httpx2.AsyncClient(headers=bearer(secret)))
        agent = await stack.enter_async_context(Client(streamable_http_client(f"{URL}/mcp", http_client=http)))
        recalled = await agent.call_tool("recall_face", {"name": "Maya"})
        (uri,) = [part.uri for part in recalled.content if isinstance(part, ResourceLink) and part.name == "original"]
        (blob,) = (await agent.read_resource(uri)).contents
        assert isinstance(blob, BlobResourceContents)
        assert b64decode(blob.blob) == original
        fetched = await fetch_through_both(URL, secret, "Maya")
        assert fetched["rest_sha256"] == fetched["mcp_sha256"] == sha256(original).hexdigest()
        assert secret not in workspace.log


async def test_a_revoked_token_is_refused_within_a_second(workspace: PracticeEnvironment) -> None:
    secret = await make_token(workspace)
    async with httpx.AsyncClient(base_url=URL, headers=bearer(secret), timeout=scaled(10)) as script:
        assert (await script.get("/v1/characters")).status_code == 200
        tokens = await open_tokens(workspace)
        block = next(b for b in tokens["blocks"] if b.get("accessory", {}).get("action_id") == "door_token_revoke")
        await workspace.control_client.select_in_view(
            LENA, tokens["id"], "door_token_revoke", block["accessory"]["value"]
        )
        await workspace.wait_for_modal(LENA, "revoked it")
        assert (await script.get("/v1/characters")).status_code == 401


async def test_the_form_says_what_is_missing(workspace: PracticeEnvironment) -> None:
    tokens = await open_tokens(workspace)
    form = await open_form(workspace, tokens)
    without_cap = {"name": "Nuke", "lifetime": "30", "scopes": ["cast"]}
    answer = await workspace.control_client.submit(LENA, form["id"], without_cap)
    assert answer["errors"] == {"month_cap": "Write an amount like 20, since this token may start rounds."}
    answer = await workspace.control_client.submit(LENA, form["id"], without_cap | {"month_cap": "lots"})
    assert answer["errors"] == {"month_cap": "Write an amount like 20 or 2.50."}


async def test_a_token_of_a_private_channel_ends_when_its_maker_is_removed(workspace: PracticeEnvironment) -> None:
    secret = await make_token(workspace, channel=QUIET)
    async with httpx.AsyncClient(base_url=URL, headers=bearer(secret), timeout=scaled(10)) as script:
        assert (await script.get("/v1/productions")).status_code == 200
        await workspace.control_client.post(f"people/{LENA}/remove", {"channel": QUIET, "user": LENA})

        async def refused() -> bool:
            return (await script.get("/v1/productions")).status_code == 403

        await workspace.control_client.wait_for(refused, "the refusal", 10)
